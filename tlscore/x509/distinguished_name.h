// Distinguished names: who a certificate is about, and who issued it (RFC 5280, section 4.1.2.4).
#pragma once

#include <string>
#include <vector>

#include "tlscore/base/bytes.h"

namespace tlscore::x509 {

struct NameAttribute {
  Bytes oid;          ///< Contents of the OBJECT IDENTIFIER.
  std::uint8_t tag;   ///< Type of the value as it was encoded.
  std::string value;  ///< UTF-8 when is_text, else the octets as they were.
  bool is_text;       ///< The value was a string that we can read, so it can be compared.
};

/// Relative names in the order of the encoding (the country usually first); each is a set, usually of one.
struct DistinguishedName {
  std::vector<std::vector<NameAttribute>> rdns;
};

/// Reads a DER Name, which is all of `name`. An empty sequence is an empty name. Fails with Malformed, and
/// with TooLarge over 64 relative names or attributes in one.
Result<DistinguishedName> parse_distinguished_name(ByteView name);

/// One line like RFC 4514's, "CN=Party,O=Example,C=DE". Readable beyond ASCII; control characters are
/// escaped.
[[nodiscard]] std::string to_text(const DistinguishedName& name);

/// Octets that are the same for the same name (RFC 5280, section 7.1: attribute by attribute, whatever the
/// string type, ignoring ASCII case, surplus space and the order within a relative name). The key of a name
/// begins with the key of every name that it stands below, and with no other.
[[nodiscard]] std::string comparison_key(const DistinguishedName& name);

/// Whether `name` is `base` or stands below it, compared as comparison_key does.
[[nodiscard]] bool is_within(const DistinguishedName& name, const DistinguishedName& base);

/// Whether an attribute has a value that we cannot read, so that comparing proves nothing.
[[nodiscard]] bool has_unreadable_value(const DistinguishedName& name);

/// The values of its emailAddress attributes (PKCS#9), which RFC 822 name constraints apply to as well;
/// octets as they were where an attribute is no text.
[[nodiscard]] std::vector<std::string> email_addresses(const DistinguishedName& name);

/// An OBJECT IDENTIFIER's contents as "1.2.840.113549"; in hexadecimal after "0x" when they are none.
[[nodiscard]] std::string oid_text(ByteView oid);

}  // namespace tlscore::x509
