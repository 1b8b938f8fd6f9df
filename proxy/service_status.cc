// sd_notify's words.
#include "proxy/service_status.h"

#include "tlscore/base/log.h"
#include "udev/service_manager.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr std::chrono::milliseconds kTick{1000};

}  // namespace

std::string service_status_line(const Tokens& tokens) {
  const std::size_t count = tokens.all().size();
  std::string line = count == 0 ? "no token is in" : std::string(to_string(tokens.state()));
  if (count > 1) line += ", " + std::to_string(count) + " tokens are in";
  if (const std::string why = tokens.reason(); !why.empty()) line += ": " + why;
  return printable(line);
}

std::unique_ptr<ServiceStatus> ServiceStatus::start(EventLoop& loop, const Tokens& tokens) {
  if (!udev::has_service_manager()) return nullptr;
  std::unique_ptr<ServiceStatus> status(new ServiceStatus(loop, tokens));
  udev::tell_service_manager("READY=1");
  status->tick();
  return status;
}

ServiceStatus::~ServiceStatus() {
  udev::tell_service_manager("STOPPING=1");
}

void ServiceStatus::tick() {
  std::string lines;
  if (std::string line = service_status_line(m_tokens); line != m_told) {
    lines = "STATUS=" + line;
    m_told = std::move(line);
  }
  const auto period = udev::watchdog_period();
  const auto now = std::chrono::steady_clock::now();
  if (period && now + kTick >= m_alive_until) {
    lines += lines.empty() ? "WATCHDOG=1" : "\nWATCHDOG=1";
    m_alive_until = now + *period;
  }
  if (!lines.empty()) udev::tell_service_manager(lines);
  m_timer = m_loop.after(kTick, [this] { tick(); });
}

}  // namespace proxy
