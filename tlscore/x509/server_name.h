// The name by which a server was asked for, and whether a certificate is for it (RFC 9525).
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "tlscore/x509/general_name.h"

namespace tlscore::x509 {

/// A DNS name in lower case and without trailing dot, or an IP address. Immutable.
class ServerName {
 public:
  /// Reads a DNS name (A-labels; letters, digits, "-" and "_"; 253 octets at most, 63 a label), an IPv4
  /// address or an IPv6 address, with or without brackets. Fails with Malformed, also for text that is
  /// neither an address nor fit as a name because its last label is a number.
  static Result<ServerName> parse(std::string_view host);

  /// As it is shown: the name, or the address in its usual text form without brackets.
  [[nodiscard]] const std::string& text() const { return m_text; }
  [[nodiscard]] bool is_address() const { return !m_address.empty(); }
  /// 4 or 16 octets; none for a DNS name.
  [[nodiscard]] ByteView address() const { return m_address; }

  /// Whether one of a certificate's subject alternative names stands for this server: an address by equal
  /// octets, a name by equal labels, where "*" as the whole left-most label stands for exactly one label, and
  /// only above at least two others. The common name is never looked at.
  [[nodiscard]] bool is_among(std::span<const GeneralName> alternative_names) const;

 private:
  ServerName(std::string text, Bytes address) : m_text(std::move(text)), m_address(std::move(address)) {}

  std::string m_text;
  Bytes m_address;
};

/// 4 or 16 octets as text; anything else in hexadecimal.
[[nodiscard]] std::string address_text(ByteView address);

}  // namespace tlscore::x509
