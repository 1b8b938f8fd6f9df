// Each fact from where it is.
#include "proxy/doctor_facts.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "proxy/control_client.h"
#include "proxy/port_client.h"
#include "proxy/proxy_address.h"
#include "proxy/reader_look.h"
#include "tlscore/token/gnupg_settings.h"
#include "tlscore/x509/date.h"

namespace proxy {
namespace {

using namespace tlscore;
using nlohmann::json;

constexpr std::chrono::seconds kPortLimit{5};
constexpr std::chrono::seconds kDemoLimit{20};  // a card may take seconds to sign
constexpr std::size_t kMaxConfBytes = std::size_t{64} * 1024;

Result<json> daemon_status() {
  ControlClient client = TRY(ControlClient::connect());
  json answer = TRY(client.ask({{"command", "status"}}));
  return answer["status"];
}

void look_at_gnupg(DoctorFacts& facts) {
  std::error_code ignored;
  facts.gnupg_home = token::gnupg_home();
  facts.gnupg_in_use = !facts.gnupg_home.empty() &&
                       std::filesystem::is_directory(facts.gnupg_home, ignored) &&
                       std::filesystem::exists("/usr/lib/gnupg/scdaemon", ignored);
  std::ifstream file(facts.gnupg_home + "/scdaemon.conf");
  facts.scdaemon_conf.resize(kMaxConfBytes);
  file.read(facts.scdaemon_conf.data(), static_cast<std::streamsize>(kMaxConfBytes));
  facts.scdaemon_conf.resize(static_cast<std::size_t>(file.gcount()));
}

Result<std::string> port_address(const DoctorFacts& facts) {
  if (facts.status) {
    const json listen = facts.status->value("listen", json::array());
    if (!listen.empty() && listen[0].is_string()) return listen[0].get<std::string>();
  }
  if (!facts.config) return fail(facts.config.error());
  return proxy_address(*facts.config);
}

}  // namespace

std::unique_ptr<DoctorFacts> gather_doctor_facts(const std::string& config_file) {
  auto facts = std::make_unique<DoctorFacts>();
  std::error_code ignored;
  facts->user = ::getuid();
  facts->now = x509::now();
  facts->config = find_config(config_file);
  facts->status = daemon_status();
  facts->pcscd_installed = std::filesystem::exists("/usr/sbin/pcscd", ignored);
  const SeenReaders seen = look_at_readers();
  facts->readers = seen.readers;
  facts->usb = seen.usb;
  facts->usb_holders = holders_of_unseen(seen);
  look_at_gnupg(*facts);
  facts->address = port_address(*facts);
  if (!facts->address) return facts;
  facts->pac = ask_port(*facts->address, "/proxy.pac", *facts->address, kPortLimit);
  // Without a PIN the demo party would have it asked for.
  if (facts->status && facts->status->value("armed", false)) {
    const std::string host(kDemoHost);
    facts->demo = ask_port(*facts->address, "http://" + host + "/", host, kDemoLimit);
    // The software token is enrolled with its first use.
    facts->status = daemon_status();
  }
  return facts;
}

}  // namespace proxy
