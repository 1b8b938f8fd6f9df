// The names of a key's holder, as DER: for certificates and requests that we write.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "tlscore/base/bytes.h"

namespace tlscore::x509 {

/// The front of a text, with at most as many octets as a common name may have, not cut within a character.
[[nodiscard]] std::string cut_common_name(std::string_view text);

/// A DER Name of one common name. Fails with Malformed unless it is 1 to 64 octets of UTF-8 without control
/// characters (RFC 5280, appendix A.1, counts characters).
[[nodiscard]] Result<Bytes> der_holder_name(std::string_view common_name);

/// GeneralNames, one after the other (RFC 5280, section 4.2.1.6): e-mail addresses as rfc822Name, addresses
/// as iPAddress, other names as dNSName, where "*." may stand in front. Fails with Malformed for what is
/// none.
[[nodiscard]] Result<Bytes> der_alternative_names(std::span<const std::string> dns_names,
                                                  std::span<const std::string> mailboxes);

}  // namespace tlscore::x509
