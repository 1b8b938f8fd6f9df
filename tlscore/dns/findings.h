// Who finds out what is at a name, and how far that can be believed: we ourselves, or the resolver.
#pragma once

#include <functional>

#include "tlscore/base/cancel.h"
#include "tlscore/base/task.h"
#include "tlscore/dns/validator.h"

namespace tlscore::dns {

/// The time of day. Tests have one of their own.
using Clock = std::function<std::chrono::sys_seconds()>;

/// Loop's thread only.
class Findings {
 public:
  Findings() = default;
  virtual ~Findings() = default;
  Findings(const Findings&) = delete;
  Findings& operator=(const Findings&) = delete;

  /// One step: the records, or the alias that stands in their place, or that there is neither. Never fails.
  /// `effort` and `cancel` outlive the task.
  virtual Task<Finding> find(Question question, Effort& effort, Cancel& cancel) = 0;

  /// The same without any proof: Insecure or Unreachable. For zones of which the user says so.
  virtual Task<Finding> find_unproven(Question question, Effort& effort, Cancel& cancel) = 0;
};

}  // namespace tlscore::dns
