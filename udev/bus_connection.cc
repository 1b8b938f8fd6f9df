// sd-bus's three wishes: to read, to write, and to be called at some time.
#include "udev/bus_connection.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace udev {

using namespace tlscore;

namespace {

/// sd-bus counts in microseconds of CLOCK_MONOTONIC, as steady_clock does.
std::chrono::milliseconds time_until(std::uint64_t microseconds) {
  constexpr std::chrono::microseconds kLongest = std::chrono::minutes(10);
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  const auto passed = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
  const auto already = static_cast<std::uint64_t>(passed);
  if (microseconds <= already) return std::chrono::milliseconds(0);
  const std::uint64_t left = std::min(microseconds - already, static_cast<std::uint64_t>(kLongest.count()));
  return std::chrono::ceil<std::chrono::milliseconds>(std::chrono::microseconds(left));
}

/// sd-bus would look a TCP host up before it returns, and start a program for "unixexec:".
bool names_unix_sockets(std::string_view addresses) {
  while (!addresses.empty()) {
    if (!addresses.starts_with("unix:")) return false;
    const std::size_t end = addresses.find(';');
    addresses.remove_prefix(end == std::string_view::npos ? addresses.size() : end + 1);
  }
  return true;
}

}  // namespace

Result<BusHandle> open_session_bus() {
  const char* const addresses = std::getenv("DBUS_SESSION_BUS_ADDRESS");
  sd_bus* opened = nullptr;
  if ((addresses != nullptr && !names_unix_sockets(addresses)) || ::sd_bus_open_user(&opened) < 0)
    return fail(ErrorKind::NotFound, "there is no session bus");
  return BusHandle(opened);
}

std::unique_ptr<BusConnection> BusConnection::create(EventLoop& loop, BusHandle bus, Work on_end) {
  std::unique_ptr<BusConnection> connection(new BusConnection(loop, std::move(bus), std::move(on_end)));
  connection->go_on();
  return connection;
}

BusConnection::BusConnection(EventLoop& loop, BusHandle bus, Work on_end)
    : m_loop(loop), m_on_end(std::move(on_end)), m_bus(std::move(bus)) {}

void BusConnection::process() {
  int done = 1;
  for (int i = 0; i < kMessagesPerRound && done > 0; ++i) done = ::sd_bus_process(m_bus.get(), nullptr);
  if (done >= 0) {
    go_on();
    return;
  }
  m_reading.reset();
  m_writing.reset();
  m_timer.reset();
  Work on_end = std::move(m_on_end);
  on_end();
}

bool BusConnection::wait_until(const std::function<bool()>& holds, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    const auto left =
        std::chrono::duration_cast<std::chrono::microseconds>(end - std::chrono::steady_clock::now());
    const int done = ::sd_bus_process(m_bus.get(), nullptr);
    const bool is_over = left.count() <= 0 || done < 0;
    if (is_over || (done == 0 && ::sd_bus_wait(m_bus.get(), static_cast<std::uint64_t>(left.count())) < 0))
      break;
  }
  go_on();
  return holds();
}

void BusConnection::go_on() {
  const int events = ::sd_bus_get_events(m_bus.get());
  watch(m_reading, DescriptorWatch::For::Reading, events >= 0 && (events & POLLIN) != 0);
  watch(m_writing, DescriptorWatch::For::Writing, events >= 0 && (events & POLLOUT) != 0);
  set_timer();
}

void BusConnection::watch(std::unique_ptr<DescriptorWatch>& watch, DescriptorWatch::For what, bool wanted) {
  if (!wanted) {
    watch.reset();
  } else if (!watch) {
    auto created = DescriptorWatch::create(m_loop, ::sd_bus_get_fd(m_bus.get()), what, [this] { process(); });
    if (created) watch = std::move(*created);
  }
}

void BusConnection::set_timer() {
  std::uint64_t until = 0;
  // A bus that has ended has no time to tell: process() finds that out, from the loop.
  const int told = ::sd_bus_get_timeout(m_bus.get(), &until);
  if (told >= 0 && until == UINT64_MAX) {
    m_timer.reset();
  } else {
    m_timer = m_loop.after(time_until(told < 0 ? 0 : until), [this] { process(); });
  }
}

}  // namespace udev
