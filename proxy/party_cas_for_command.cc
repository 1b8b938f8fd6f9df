// Looks, asks, and looks again.
#include "proxy/party_cas_for_command.h"

#include <nlohmann/json.hpp>

#include "proxy/control_client.h"

namespace proxy {

using namespace tlscore;
using nlohmann::json;

namespace {

Result<json> ask_daemon(const json& request) {
  auto client = TRY(ControlClient::connect());
  return client.ask(request);
}

/// The fingerprint of the key that is armed now; empty where none is.
std::string token_key() {
  const auto answer = ask_daemon({{"command", "status"}});
  if (!answer) return "";
  const json key = answer->value("status", json::object()).value("local_ca_key", json());
  return key.is_string() ? key.get<std::string>() : "";
}

}  // namespace

Result<PartyCas> party_cas_for_command(const Config& config, const std::string& host,
                                       const std::string& state_folder) {
  const LocalCaFolder folder(local_ca_path(state_folder), config.ca.key);
  const std::string before = folder.key_uri().empty() ? "" : token_key();
  PartyCas found = TRY(open_party_cas(config, host, folder, before));
  if (found.missing.empty()) return found;
  if (const auto made = ask_daemon({{"command", "make-cas"}}); !made) {
    if (made.error().kind == ErrorKind::Unsupported) return fail(made.error());
    return fail(ErrorKind::Disarmed,
                "the local CAs are signed by your token: start Latchkey and plug the token in (" +
                    made.error().message + ")");
  }
  found = TRY(open_party_cas(config, host, folder, token_key()));
  if (!found.missing.empty()) {
    return fail(ErrorKind::Disarmed,
                "the Latchkey that runs has other parties, or another `ca.key`: start it anew");
  }
  return found;
}

}  // namespace proxy
