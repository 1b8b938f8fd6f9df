// How a harness says that a property does not hold.
#pragma once

#include <cstdlib>

namespace fuzz {

/// Ends the run with a crash that libFuzzer keeps the input of.
inline void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace fuzz
