// What `latchkey doctor` finds on this machine, before anything is made of it (doctor.h).
//
// Nobody is asked for a PIN, no card is opened, and nothing is changed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "proxy/config.h"
#include "tlscore/token/card_readers.h"
#include "udev/usb_token.h"

namespace proxy {

/// An answer of the proxy's port.
struct PortAnswer {
  int status = 0;
  std::string content_type{};
  std::string body{};
  uid_t owner = 0;  ///< Of the process that gave it.
};

/// Members that could not be had say why.
struct DoctorFacts {
  using Json = nlohmann::json;
  template <class T>
  using Result = tlscore::Result<T>;

  static tlscore::Error not_asked() { return {tlscore::ErrorKind::Cancelled, "not asked"}; }

  uid_t user = 0;
  std::chrono::sys_seconds now{};
  Result<Config> config = tlscore::fail(not_asked());
  Result<Json> status = tlscore::fail(not_asked());  ///< The daemon's; Unreachable: none runs.
  Result<std::vector<udev::UsbToken>> usb = tlscore::fail(not_asked());
  bool pcscd_installed = false;
  tlscore::token::CardReaders readers{};
  std::vector<tlscore::token::CardHolder>
      usb_holders{};  ///< Of the first USB reader that pcscd does not see.
  std::string gnupg_home{};
  bool gnupg_in_use = false;    ///< Its folder is there, and scdaemon is installed.
  std::string scdaemon_conf{};  ///< The file's text; empty where there is none.
  Result<std::string> address = tlscore::fail(not_asked());  ///< Where the port is, "127.0.0.1:6091".
  Result<PortAnswer> pac = tlscore::fail(not_asked());
  Result<PortAnswer> demo = tlscore::fail(not_asked());  ///< Asked only while the daemon is armed.
};

/// Looks at everything; takes a second or so, and no more than half a minute. `config_file` is the option's
/// value.
[[nodiscard]] std::unique_ptr<DoctorFacts> gather_doctor_facts(const std::string& config_file);

}  // namespace proxy
