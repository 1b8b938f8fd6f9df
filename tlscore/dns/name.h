// A domain name, in the one spelling that DNSSEC compares and orders (RFC 4034, section 6).
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "tlscore/base/bytes.h"

namespace tlscore::dns {

/// Never empty, at most 255 octets, ASCII letters folded. Cheap to copy.
class Name {
 public:
  static constexpr std::size_t kMaxWire = 255;  // RFC 1035, section 3.1
  static constexpr std::size_t kMaxLabel = 63;

  /// The root.
  Name() : m_wire(1, '\0') {}

  /// Reads labels between dots, with or without a final dot; no escapes. Fails with Malformed on an empty or
  /// too long label or name, and on any octet but letters, digits, '-', '_' and '*'.
  static Result<Name> parse(std::string_view text);

  /// The name that `wire` is, to its last octet, uncompressed. Nothing where it is none.
  static std::optional<Name> from_wire(ByteView wire);

  /// The name at the front of `wire`, which then begins behind it.
  static std::optional<Name> take_from_wire(ByteView& wire);

  /// 0 for the root.
  [[nodiscard]] std::size_t labels() const;
  /// The name of its last `count` labels, at most labels().
  [[nodiscard]] Name last(std::size_t count) const;
  /// Without its first label; the root stays.
  [[nodiscard]] Name parent() const;
  /// This name under one more label. Nothing where that would be too long.
  [[nodiscard]] std::optional<Name> child(std::string_view label) const;
  /// This name with its end `from` replaced by `to` (RFC 6672, section 2.2). Nothing where it does not end in
  /// `from`, or where that would be too long.
  [[nodiscard]] std::optional<Name> moved(const Name& from, const Name& to) const;

  /// Is it `ancestor`, or below it?
  [[nodiscard]] bool is_under(const Name& ancestor) const;
  [[nodiscard]] bool is_root() const { return m_wire.size() == 1; }
  [[nodiscard]] bool is_wildcard() const { return m_wire.starts_with("\1*"); }
  /// Empty for the root.
  [[nodiscard]] std::string_view first_label() const;

  [[nodiscard]] ByteView wire() const { return as_bytes(m_wire); }
  /// Without a final dot, but "." for the root. Octets that are no letter, digit, '-', '_' or '*' are shown
  /// as
  /// \DDD (RFC 1035, section 5.1).
  [[nodiscard]] std::string text() const;

  friend bool operator==(const Name&, const Name&) = default;
  /// The canonical order of RFC 4034, section 6.1: from the last label on, each as octets.
  friend std::strong_ordering operator<=>(const Name& a, const Name& b);

 private:
  explicit Name(std::string wire) : m_wire(std::move(wire)) {}

  std::string m_wire;
};

}  // namespace tlscore::dns
