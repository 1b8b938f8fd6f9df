// E-mail addresses, as certificates hold them.
#pragma once

#include <string_view>

namespace tlscore::x509 {

/// Is this an rfc822Name (RFC 5280, section 4.2.1.6): "local@domain" in ASCII, the local part a dot-atom
/// (RFC 5321, section 4.1.2; no quoted ones), the domain a DNS name; 254 octets at most?
[[nodiscard]] bool is_mailbox(std::string_view text);

}  // namespace tlscore::x509
