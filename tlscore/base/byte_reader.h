// Reads binary structures from the front of a buffer, never past its end.
#pragma once

#include <optional>

#include "tlscore/base/bytes.h"

namespace tlscore {

/// A cursor over borrowed octets. Numbers are big-endian, as on the wire. A read that would pass the end
/// returns std::nullopt and moves nothing.
class ByteReader {
 public:
  explicit ByteReader(ByteView input) : m_input(input) {}

  [[nodiscard]] std::optional<std::uint8_t> u8() { return number<std::uint8_t>(1); }
  [[nodiscard]] std::optional<std::uint16_t> u16() { return number<std::uint16_t>(2); }
  [[nodiscard]] std::optional<std::uint32_t> u24() { return number<std::uint32_t>(3); }
  [[nodiscard]] std::optional<std::uint32_t> u32() { return number<std::uint32_t>(4); }
  [[nodiscard]] std::optional<std::uint64_t> u64() { return number<std::uint64_t>(8); }

  /// The next `count` octets, still borrowed from the input.
  [[nodiscard]] std::optional<ByteView> bytes(std::size_t count) {
    if (count > m_input.size()) return std::nullopt;
    const ByteView taken = m_input.first(count);
    m_input = m_input.subspan(count);
    return taken;
  }

  [[nodiscard]] std::size_t left() const { return m_input.size(); }
  [[nodiscard]] ByteView rest() const { return m_input; }

 private:
  template <class T>
  std::optional<T> number(std::size_t count) {
    const auto octets = bytes(count);
    if (!octets) return std::nullopt;
    std::uint64_t value = 0;
    for (const std::uint8_t octet : *octets) value = value << 8U | octet;
    return static_cast<T>(value);
  }

  ByteView m_input;
};

/// Appends big-endian numbers and octets: the writing twin of ByteReader.
class ByteWriter {
 public:
  void u8(std::uint8_t value) { number(value, 1); }
  void u16(std::uint16_t value) { number(value, 2); }
  void u24(std::uint32_t value) { number(value, 3); }
  void u32(std::uint32_t value) { number(value, 4); }
  void u64(std::uint64_t value) { number(value, 8); }
  void bytes(ByteView octets) { m_output.insert(m_output.end(), octets.begin(), octets.end()); }

  [[nodiscard]] Bytes take() { return std::move(m_output); }
  [[nodiscard]] ByteView view() const { return m_output; }

 private:
  void number(std::uint64_t value, std::size_t count) {
    for (std::size_t i = count; i > 0; --i)
      m_output.push_back(static_cast<std::uint8_t>(value >> (8 * (i - 1))));
  }

  Bytes m_output;
};

}  // namespace tlscore
