// Tells whoever waits that there is no point any more.
//
// Cancelling ends a wait with an error; the coroutine then runs to its own end. No frame is ever destroyed
// from outside.
#pragma once

#include <functional>
#include <list>
#include <optional>

#include "tlscore/base/result.h"

namespace tlscore {

/// A reason to stop, once there is one, and the callbacks that want to hear of it. Belongs to one thread, and
/// outlives every Registration. Not movable, because they point to it.
class Cancel {
  using Callback = std::function<void(const Error&)>;
  using Callbacks = std::list<Callback>;

 public:
  /// Keeps a callback registered. Destroying it takes the callback back, also while request() runs.
  class Registration {
   public:
    Registration() = default;
    ~Registration() { reset(); }
    Registration(Registration&& other) noexcept;
    Registration& operator=(Registration&& other) noexcept;
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;
    void reset();

   private:
    friend class Cancel;
    Cancel* m_cancel = nullptr;
    Callbacks::iterator m_place;
  };

  Cancel() = default;
  Cancel(const Cancel&) = delete;
  Cancel& operator=(const Cancel&) = delete;

  /// Calls every callback once, in the order of registration. Further requests do nothing: the first reason
  /// stands.
  void request(Error why);

  [[nodiscard]] bool requested() const { return m_reason.has_value(); }
  /// Why. Only after request().
  [[nodiscard]] const Error& reason() const { return *m_reason; }

  /// Calls back at request(); not at all when it was requested before.
  [[nodiscard]] Registration on_request(Callback callback);

 private:
  Callbacks m_callbacks;
  std::optional<Error> m_reason;
};

}  // namespace tlscore
