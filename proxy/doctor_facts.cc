// Each fact from where it is.
#include "proxy/doctor_facts.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "proxy/control_client.h"
#include "proxy/port_client.h"
#include "proxy/proxy_address.h"
#include "proxy/token_places.h"
#include "tlscore/token/gnupg_settings.h"
#include "tlscore/x509/date.h"
#include "udev/token_watcher.h"

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

/// What udev and pcscd say at this moment.
void look_at_readers(DoctorFacts& facts) {
  // pcscd's first answer comes within milliseconds; a udev that is not there never answers.
  constexpr std::chrono::milliseconds kUdev{200};
  constexpr std::chrono::seconds kPcscd{3};
  const auto loop = EventLoop::create();
  if (!loop) return;
  auto usb =
      udev::TokenWatcher::start(**loop, "", [](const udev::UsbToken&) {}, [](const udev::UsbToken&) {});
  bool told = false;
  bool waited = false;
  const auto stop_when_done = [&] {
    if (told && waited) (*loop)->stop();
  };
  {
    const token::CardReaderWatcher readers(**loop, [&](const token::CardReaders& now) {
      facts.readers = now;
      told = true;
      stop_when_done();
    });
    const auto enough = (*loop)->after(kUdev, [&] {
      waited = true;
      stop_when_done();
    });
    const auto limit = (*loop)->after(kPcscd, [&] { (*loop)->stop(); });
    (*loop)->run();
  }
  if (usb) {
    facts.usb = (*usb)->tokens();
  } else {
    facts.usb = fail(usb.error());
  }
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

void look_at_holders(DoctorFacts& facts) {
  if (!facts.usb || !facts.readers.service) return;
  TokenPlaces places(TokenSource::Both);
  places.see_readers(facts.readers);
  places.see_usb(*facts.usb);
  if (const udev::UsbToken* unseen = places.unseen_reader())
    facts.usb_holders = token::programs_at_usb_device(unseen->bus, unseen->device);
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
  look_at_readers(*facts);
  look_at_holders(*facts);
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
