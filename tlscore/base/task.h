// Coroutines: a connection's life is one function that can be read from top to bottom.
//
// A Task starts when it is awaited, or when it is spawned on a loop. It always runs to its own end: waits end
// with an error when they are cancelled (cancel.h, future.h), frames are never destroyed while they run.
//
// Two rules for g++ 12: arguments of an awaited call are named variables or moved from them, and TRY is not
// used in coroutines. Parameters are taken by value, or by reference to what outlives the task.
#pragma once

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "tlscore/base/event_loop.h"

namespace tlscore {

template <class T>
class Task;

namespace detail {

/// What is common to the promises: whoever awaits goes on when the task ends.
struct TaskPromiseBase {
  struct FinalAwaiter {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) noexcept {
      return ended.promise().continuation;
    }
    void await_resume() const noexcept {}
  };

  [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
  [[nodiscard]] FinalAwaiter final_suspend() const noexcept { return {}; }
  void unhandled_exception() const noexcept { std::terminate(); }  // we never throw

  std::coroutine_handle<> continuation = std::noop_coroutine();
};

template <class T>
struct TaskPromise : TaskPromiseBase {
  Task<T> get_return_object();
  template <class U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T take() { return std::move(*value); }

  std::optional<T> value;
};

template <>
struct TaskPromise<void> : TaskPromiseBase {
  Task<void> get_return_object();
  void return_void() const noexcept {}
  void take() const noexcept {}
};

}  // namespace detail

/// One call of a coroutine that will give a T. Owns the frame. Awaited at most once, by `co_await
/// std::move(task)` or directly: `auto result = co_await read_request(stream, cancel);`
template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) : m_handle(handle) {}
  ~Task() {
    if (m_handle) m_handle.destroy();
  }
  Task(Task&& other) noexcept : m_handle(std::exchange(other.m_handle, nullptr)) {}
  Task& operator=(Task&&) = delete;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  struct Awaiter {
    Handle handle;
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
      handle.promise().continuation = awaiting;
      return handle;
    }
    T await_resume() { return handle.promise().take(); }
  };
  Awaiter operator co_await() && noexcept { return {m_handle}; }

 private:
  Handle m_handle;
};

namespace detail {

template <class T>
Task<T> TaskPromise<T>::get_return_object() {
  return Task<T>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}
inline Task<void> TaskPromise<void>::get_return_object() {
  return Task<void>(std::coroutine_handle<TaskPromise>::from_promise(*this));
}

/// A coroutine that nobody awaits: its frame goes when it ends.
struct Detached {
  struct promise_type {
    [[nodiscard]] Detached get_return_object() const noexcept { return {}; }
    [[nodiscard]] std::suspend_never initial_suspend() const noexcept { return {}; }
    [[nodiscard]] std::suspend_never final_suspend() const noexcept { return {}; }
    void return_void() const noexcept {}
    void unhandled_exception() const noexcept { std::terminate(); }
  };
};

inline Detached run_detached(EventLoop& loop, Task<void> task) {
  loop.task_started();
  co_await std::move(task);
  loop.task_ended();
}

}  // namespace detail

/// Runs `task` until it first waits, and then on the loop to its end. EventLoop::tasks() counts it.
inline void spawn(EventLoop& loop, Task<void> task) {
  detail::run_detached(loop, std::move(task));
}

}  // namespace tlscore
