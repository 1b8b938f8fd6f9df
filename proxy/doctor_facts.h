// What `latchkey doctor` finds on this machine, before anything is made of it (doctor.h).
//
// Nobody is asked for a PIN, no card is opened, and nothing is changed; a local CA that is not there yet is
// made.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "proxy/browser_proxies.h"
#include "proxy/browser_stores.h"
#include "proxy/config.h"
#include "proxy/dns_look.h"
#include "proxy/old_files.h"
#include "proxy/service_units.h"
#include "tlscore/token/card_readers.h"
#include "udev/usb_token.h"

namespace proxy {

/// What is read of scdaemon.conf.
inline constexpr std::size_t kMaxScdaemonConfBytes = std::size_t{64} * 1024;

/// An answer of the proxy's port.
struct PortAnswer {
  int status = 0;
  std::string content_type{};
  std::string body{};
  uid_t owner = 0;  ///< Of the process that gave it.
};

/// A certificate of the user's OpenPGP keyring that holds a key of the token's.
struct OpenPgpState {
  std::string fingerprint{};  ///< 40 hex digits.
  std::string user_id{};      ///< The primary one.
  bool good = false;          ///< Neither it nor the token's key in it is revoked, expired or badly bound.
  bool revoked = false;
  bool expired = false;
  std::optional<std::chrono::sys_seconds> expires{};  ///< The first of certificate and key; nothing: never.
};

/// Members that could not be had say why.
struct DoctorFacts {
  using Json = nlohmann::json;
  template <class T>
  using Result = tlscore::Result<T>;

  static tlscore::Error not_asked() { return {tlscore::ErrorKind::Cancelled, "not asked"}; }

  uid_t user = 0;
  std::chrono::sys_seconds now{};
  std::chrono::sys_seconds installed{};  ///< When this program was; the clock cannot be before that.
  bool filters_calls = false;            ///< The kernel has seccomp.
  bool fences_folders = false;           ///< It has Landlock, and it is on.
  bool clock_is_kept = false;            ///< By NTP or the like, as the kernel has it.
  Result<Config> config = tlscore::fail(not_asked());
  Result<DnsLook> dns = tlscore::fail(not_asked());
  std::set<std::string, std::less<>> fixed_hosts{};  ///< Those of the parties' hosts that /etc/hosts lists.
  Result<Json> status = tlscore::fail(not_asked());  ///< The daemon's; Unreachable: none runs.
  ServiceUnits units{};
  Result<std::vector<udev::UsbToken>> usb = tlscore::fail(not_asked());
  bool pcscd_installed = false;
  tlscore::token::CardReaders readers{};
  std::vector<tlscore::token::CardHolder>
      usb_holders{};  ///< Of the first USB reader that pcscd does not see.
  std::string gnupg_home{};
  bool gnupg_in_use = false;    ///< Its folder is there, and scdaemon is installed.
  std::string scdaemon_conf{};  ///< The file's text; empty where there is none.
  Result<std::string> gnupg_version = tlscore::fail(not_asked());
  /// Of each key on an armed token, by its fingerprint.
  std::map<std::string, Result<std::vector<OpenPgpState>>> openpgp{};
  Result<std::string> address = tlscore::fail(not_asked());  ///< Where the port is, "127.0.0.1:6091".
  Result<PortAnswer> pac = tlscore::fail(not_asked());
  Result<std::vector<BrowserStore>> browsers = tlscore::fail(not_asked());  ///< Of those that have been used.
  std::vector<BrowserProxy> proxies{};                                      ///< Of the same browsers.
  std::map<std::string, std::string> policies{};  ///< Texts of browsers' policy files, by their paths.
  Result<OldFiles> old_files = tlscore::fail(not_asked());
  Result<PortAnswer> demo = tlscore::fail(not_asked());  ///< Asked only while the daemon is armed.
};

/// Looks at everything; takes a second or so, and no more than half a minute. `config_file` is the option's
/// value.
[[nodiscard]] std::unique_ptr<DoctorFacts> gather_doctor_facts(const std::string& config_file);

}  // namespace proxy
