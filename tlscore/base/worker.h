// Threads for what blocks and cannot be asked not to: getaddrinfo, mostly.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <vector>

#include "tlscore/base/future.h"
#include "tlscore/base/task.h"

namespace tlscore {

/// A fixed number of threads that take jobs in turn. Destroying it waits for the jobs that run and drops the
/// rest; the loop has to outlive it.
class Workers {
 public:
  Workers(EventLoop& loop, std::size_t threads);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// Runs `job()`, which returns a Result<T>, on a thread, and gives its result to the loop. A job cannot be
  /// stopped: when the wait ends first, its result is dropped. The job must own what it uses.
  template <class Job>
  auto run(Job job, Cancel& cancel, TimeLimit limit) -> Task<std::invoke_result_t<Job&>> {
    using Value = typename std::invoke_result_t<Job&>::value_type;
    const Promise<Value> done(m_loop);
    enqueue([&loop = m_loop, done, job = std::move(job)]() mutable {
      auto result = job();
      loop.post_from_any_thread(
          [done, result = std::move(result)]() mutable { done.settle(std::move(result)); });
    });
    co_return co_await done.wait(cancel, limit);
  }

 private:
  void enqueue(Work work);
  void serve(const std::stop_token& stop);

  EventLoop& m_loop;
  std::mutex m_mutex;
  std::condition_variable_any m_has_work;
  std::deque<Work> m_queue;
  std::vector<std::jthread> m_threads;
};

}  // namespace tlscore
