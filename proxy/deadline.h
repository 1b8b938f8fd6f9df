// A limit of time for a step as a whole, however many waits it has: what keeps slow clients from staying.
#pragma once

#include <memory>
#include <string>

#include "tlscore/base/cancel.h"
#include "tlscore/base/event_loop.h"
#include "tlscore/base/future.h"

namespace proxy {

/// Ends what waits with its cancel() after `limit`, with TimedOut, or when `outer` is requested. Outlives
/// what it is given to; `outer` and the loop outlive it.
class Deadline {
 public:
  Deadline(tlscore::EventLoop& loop, tlscore::Cancel& outer, std::chrono::milliseconds limit,
           const std::string& step)
      : m_outer(outer.on_request([this](const tlscore::Error& why) { m_cancel.request(why); })),
        m_timer(loop.after(limit, [this, text = step + " took more than " + tlscore::describe(limit)] {
          m_cancel.request({tlscore::ErrorKind::TimedOut, text});
        })) {
    if (outer.requested()) m_cancel.request(outer.reason());
  }
  ~Deadline() = default;
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  [[nodiscard]] tlscore::Cancel& cancel() { return m_cancel; }

 private:
  tlscore::Cancel m_cancel;
  tlscore::Cancel::Registration m_outer;
  std::unique_ptr<tlscore::Timer> m_timer;
};

}  // namespace proxy
