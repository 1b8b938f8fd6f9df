// One event loop: libevent's base, and the queue through which work is put off until the stack is empty.
#pragma once

#include <event2/event.h>

#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "tlscore/base/c_handle.h"
#include "tlscore/base/result.h"
#include "tlscore/base/unique_fd.h"

namespace tlscore {

using EventBase = CHandle<event_base, event_base_free>;
using Event = CHandle<event, event_free>;
using Work = std::move_only_function<void()>;

/// Runs callbacks of descriptors, timers and signals on the thread that calls run(). Everything that belongs
/// to a loop is used on its thread only, `post_from_any_thread` excepted. Outlives all that it was given to.
class EventLoop {
 public:
  /// Fails with Internal when the system has no descriptors left.
  static Result<std::unique_ptr<EventLoop>> create();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Dispatches until stop().
  void run();
  /// run(), then goes on until every spawned task has ended as well. Tasks that still wait for something
  /// after `limit`, a worker that resolves a name mostly, are left.
  void run_until_tasks_end(std::chrono::milliseconds limit = std::chrono::seconds(2));
  /// Makes run() return after the callbacks that are due now.
  void stop();

  /// Runs `work` on the loop's thread, soon, on an empty stack, in the order of the calls.
  void post(Work work);
  /// The same, from a thread that is not the loop's.
  void post_from_any_thread(Work work);

  /// A timer that runs `work` once after `delay`, unless it is destroyed before. Null without memory.
  [[nodiscard]] std::unique_ptr<class Timer> after(std::chrono::milliseconds delay, Work work);

  /// The longest time that one round of callbacks has kept the loop from the next, since the last call of
  /// this.
  [[nodiscard]] std::chrono::microseconds take_longest_block();

  /// How many spawned tasks have not ended (see task.h).
  [[nodiscard]] std::size_t tasks() const { return m_tasks; }
  void task_started() { ++m_tasks; }
  void task_ended() { --m_tasks; }

  [[nodiscard]] event_base* base() { return m_base.get(); }

 private:
  EventLoop() = default;
  Result<void> set_up();
  void dispatch_posted_next_round();
  void run_posted();
  void take_from_other_threads();

  EventBase m_base;
  UniqueFd m_wake_fd;
  Event m_wake;    // another thread has posted
  Event m_posted;  // this thread has
  std::deque<Work> m_queue;
  std::mutex m_other_threads_mutex;
  std::vector<Work> m_from_other_threads;
  std::chrono::microseconds m_longest_block{0};
  std::size_t m_tasks = 0;
};

/// A pending EventLoop::after. Destroying it takes it back.
class Timer {
 public:
  Timer(EventLoop& loop, std::chrono::milliseconds delay, Work work);

 private:
  Work m_work;
  Event m_event;
};

/// Milliseconds as libevent wants them.
[[nodiscard]] timeval to_timeval(std::chrono::milliseconds time);

}  // namespace tlscore
