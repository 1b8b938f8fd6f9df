// Each fact from where it is.
#include "proxy/doctor_facts.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>

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
class ReaderLook {
 public:
  explicit ReaderLook(EventLoop& loop) : m_loop(loop) {}

  void run() {
    auto usb =
        udev::TokenWatcher::start(m_loop, "", [](const udev::UsbToken&) {}, [](const udev::UsbToken&) {});
    m_readers = std::make_unique<token::CardReaderWatcher>(
        m_loop, [this](const token::CardReaders& now) { take(now); });
    // pcscd's first answer comes within milliseconds; a udev that is not there never answers.
    const auto enough = m_loop.after(std::chrono::milliseconds(200), [this] { end_wait(); });
    const auto limit = m_loop.after(std::chrono::seconds(3), [this] { m_loop.stop(); });
    m_loop.run();
    m_usb = usb ? Result<std::vector<udev::UsbToken>>((*usb)->tokens()) : fail(usb.error());
  }
  [[nodiscard]] bool pcscd_hangs() const { return !m_seen; }
  void tell(DoctorFacts& facts) const {
    facts.readers = m_seen.value_or(token::CardReaders());
    facts.usb = m_usb;
  }

 private:
  void take(const token::CardReaders& now) {
    m_seen = now;
    if (m_waited) m_loop.stop();
  }
  void end_wait() {
    m_waited = true;
    if (m_seen) m_loop.stop();
  }

  EventLoop& m_loop;
  std::optional<token::CardReaders> m_seen;
  Result<std::vector<udev::UsbToken>> m_usb;
  bool m_waited = false;
  std::unique_ptr<token::CardReaderWatcher> m_readers;
};

void look_at_readers(DoctorFacts& facts) {
  auto loop = EventLoop::create();
  if (!loop) return;
  auto look = std::make_unique<ReaderLook>(**loop);
  look->run();
  look->tell(facts);
  if (!look->pcscd_hangs()) return;
  // Its thread waits for a pcscd that hangs, and so would whoever ends it: both are left to the process's
  // end.
  [[maybe_unused]] const auto* kept_look = look.release();
  [[maybe_unused]] const auto* kept_loop = loop->release();
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
