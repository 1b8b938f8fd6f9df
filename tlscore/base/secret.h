// Holds a PIN or another secret: locked in memory, wiped when it goes, and never printed.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "tlscore/base/result.h"

namespace tlscore {

/// Overwrites memory in a way that no compiler removes.
void wipe(std::span<char> memory) noexcept;

/// Up to `kMaxBytes` of secret in pages that are locked (where the limit on locked memory allows), left out
/// of core dumps, and wiped on destruction. Moving leaves an empty secret behind. There is no way to stream
/// it: whoever needs the octets says `reveal()`.
class Secret {
 public:
  static constexpr std::size_t kMaxBytes = 256;

  Secret() = default;
  ~Secret();
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  /// Appends one character. Fails with TooLarge at kMaxBytes and with Internal without memory; what was there
  /// stays.
  Result<void> append(char c);
  /// Forgets the last character, if there is one.
  void remove_last() noexcept;
  /// Wipes and empties.
  void clear() noexcept;

  [[nodiscard]] bool empty() const noexcept { return m_size == 0; }
  [[nodiscard]] std::size_t size() const noexcept { return m_size; }
  /// The octets, borrowed until the next change.
  [[nodiscard]] std::string_view reveal() const noexcept { return {m_page, m_size}; }

 private:
  char* m_page = nullptr;
  std::size_t m_size = 0;
};

}  // namespace tlscore
