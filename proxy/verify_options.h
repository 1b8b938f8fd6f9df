// The options of `latchkey verify`: what is asked, and in which files it stands.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tlscore/base/result.h"
#include "tlscore/dns/tlsa_record.h"

namespace proxy {

/// Its usage, as --help prints it.
extern const char* const kVerifyHelp;

/// Names of files are as they were given; empty where an option was not.
struct VerifyOptions {
  std::string host;
  std::uint16_t port = 443;
  std::string chain;
  std::string roots;
  std::string crls;
  std::string openpgp;
  std::string openpgp_key;
  std::string keyring;
  std::vector<std::string> listed;               ///< Fingerprints, in the case that they are compared in.
  std::optional<std::chrono::sys_seconds> time;  ///< Nothing: now.
  std::string trust;
  std::vector<std::string> pins;
  std::vector<tlscore::dns::TlsaRecord> tlsa;
  bool json = false;
  bool help = false;
};

/// "--name value" and "--name=value". Reads no files. Fails with a sentence that names the option; with
/// --help nothing else has to be there.
tlscore::Result<VerifyOptions> parse_verify_options(std::span<const char* const> args);

}  // namespace proxy
