// Octets that wait: added at the back, taken from the front. Gives its memory back when it is empty.
#pragma once

#include <algorithm>

#include "tlscore/base/bytes.h"

namespace tlscore::tls {

class OctetQueue {
 public:
  void add(ByteView octets) { m_octets.insert(m_octets.end(), octets.begin(), octets.end()); }

  /// What waits; borrowed until the next change.
  [[nodiscard]] ByteView view() const { return ByteView(m_octets).subspan(m_taken); }
  [[nodiscard]] bool empty() const { return m_taken == m_octets.size(); }

  /// Drops `count` octets, at most what is there, from the front.
  void drop(std::size_t count) {
    m_taken = std::min(m_taken + count, m_octets.size());
    if (!empty()) return;
    m_taken = 0;
    m_octets.clear();
    if (m_octets.capacity() > kKeptBytes) m_octets.shrink_to_fit();
  }

 private:
  static constexpr std::size_t kKeptBytes = 512;

  Bytes m_octets;
  std::size_t m_taken = 0;
};

}  // namespace tlscore::tls
