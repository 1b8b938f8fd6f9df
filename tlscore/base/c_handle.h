// Owners for objects that C libraries make. No raw handle outlives the line that made it.
#pragma once

#include <memory>

namespace tlscore {

/// Deleter that calls a C function. Stateless, so a CHandle is as small as a pointer.
template <auto Free>
struct CFree {
  template <class T>
  void operator()(T* handle) const noexcept {
    static_cast<void>(Free(handle));
  }
};

/// Owns what a library allocated: its `x_new` made it, `Free` releases it, null is "none".
template <class T, auto Free>
using CHandle = std::unique_ptr<T, CFree<Free>>;

/// Owns a struct that we allocate and a library fills in: `Init` at birth, `Free` at death, on every path.
/// It never moves, because libraries keep pointers to it.
template <class T, auto Init, auto Free>
class CValue {
 public:
  CValue() noexcept { Init(&m_value); }
  ~CValue() { Free(&m_value); }
  CValue(const CValue&) = delete;
  CValue& operator=(const CValue&) = delete;

  [[nodiscard]] T* get() noexcept { return &m_value; }
  [[nodiscard]] const T* get() const noexcept { return &m_value; }

 private:
  T m_value;
};

}  // namespace tlscore
