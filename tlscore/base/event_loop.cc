// libevent, and two queues in front of it.
#include "tlscore/base/event_loop.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <utility>

namespace tlscore {
namespace {

/// How long posted work may run before descriptors are looked at again.
constexpr std::chrono::milliseconds kPostedTurn{4};

}  // namespace

Result<std::unique_ptr<EventLoop>> EventLoop::create() {
  std::unique_ptr<EventLoop> loop(new EventLoop);
  TRY(loop->set_up());
  return loop;
}

Result<void> EventLoop::set_up() {
  m_base.reset(event_base_new());
  m_wake_fd.reset(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
  if (!m_base || !m_wake_fd) return fail(ErrorKind::Internal, "no event loop can be made");
  m_wake.reset(event_new(
      m_base.get(), m_wake_fd.get(), EV_READ | EV_PERSIST,
      [](evutil_socket_t, short, void* self) noexcept {
        static_cast<EventLoop*>(self)->take_from_other_threads();
      },
      this));
  m_posted.reset(event_new(
      m_base.get(), -1, 0,
      [](evutil_socket_t, short, void* self) noexcept { static_cast<EventLoop*>(self)->run_posted(); },
      this));
  if (!m_wake || !m_posted || event_add(m_wake.get(), nullptr) != 0) {
    return fail(ErrorKind::Internal, "no event loop can be made");
  }
  return {};
}

EventLoop::~EventLoop() = default;

void EventLoop::run() {
  event_base_loop(m_base.get(), EVLOOP_NO_EXIT_ON_EMPTY);
}

void EventLoop::run_until_tasks_end(std::chrono::milliseconds limit) {
  run();
  bool waits = true;
  const auto timer = after(limit, [&] { waits = false; });
  while (m_tasks > 0 && waits) event_base_loop(m_base.get(), EVLOOP_ONCE);
}

void EventLoop::stop() {
  event_base_loopbreak(m_base.get());
}

void EventLoop::post(Work work) {
  m_queue.push_back(std::move(work));
  if (m_queue.size() == 1) dispatch_posted_next_round();
}

void EventLoop::post_from_any_thread(Work work) {
  const std::scoped_lock lock(m_other_threads_mutex);
  m_from_other_threads.push_back(std::move(work));
  const std::uint64_t one = 1;
  // The counter cannot overflow, so the write cannot fail.
  static_cast<void>(!::write(m_wake_fd.get(), &one, sizeof one));
}

void EventLoop::dispatch_posted_next_round() {
  // A timer and not event_active(), whose events libevent runs in the same round until there are none.
  const timeval now{};
  event_add(m_posted.get(), &now);
}

void EventLoop::run_posted() {
  const auto begin = std::chrono::steady_clock::now();
  auto now = begin;
  // Only what is there now, and only for a moment: descriptors and timers have their turn in between, so that
  // a token's removal is seen at once however much is being carried.
  for (std::size_t count = m_queue.size(); count > 0 && now - begin < kPostedTurn; --count) {
    Work work = std::move(m_queue.front());
    m_queue.pop_front();
    work();
    now = std::chrono::steady_clock::now();
  }
  if (!m_queue.empty()) dispatch_posted_next_round();
  m_longest_block =
      std::max(m_longest_block, std::chrono::duration_cast<std::chrono::microseconds>(now - begin));
}

void EventLoop::take_from_other_threads() {
  std::uint64_t count = 0;
  static_cast<void>(!::read(m_wake_fd.get(), &count, sizeof count));
  std::vector<Work> taken;
  {
    const std::scoped_lock lock(m_other_threads_mutex);
    taken.swap(m_from_other_threads);
  }
  for (Work& work : taken) post(std::move(work));
}

std::unique_ptr<Timer> EventLoop::after(std::chrono::milliseconds delay, Work work) {
  return std::make_unique<Timer>(*this, delay, std::move(work));
}

std::chrono::microseconds EventLoop::take_longest_block() {
  return std::exchange(m_longest_block, std::chrono::microseconds{0});
}

Timer::Timer(EventLoop& loop, std::chrono::milliseconds delay, Work work) : m_work(std::move(work)) {
  m_event.reset(event_new(
      loop.base(), -1, 0,
      [](evutil_socket_t, short, void* self) noexcept {
        // The work may destroy this timer.
        Work due = std::move(static_cast<Timer*>(self)->m_work);
        due();
      },
      this));
  const timeval time = to_timeval(delay);
  if (m_event) event_add(m_event.get(), &time);
}

timeval to_timeval(std::chrono::milliseconds time) {
  return {.tv_sec = time.count() / 1000, .tv_usec = static_cast<suseconds_t>(time.count() % 1000 * 1000)};
}

}  // namespace tlscore
