// General names (RFC 5280, section 4.2.1.6): the entries of subject alternative names and of name
// constraints.
#pragma once

#include <vector>

#include "tlscore/base/bytes.h"
#include "tlscore/x509/der.h"

namespace tlscore::x509 {

/// The values are the tags' numbers.
enum class NameForm : std::uint8_t {
  Other = 0,
  Rfc822 = 1,
  Dns = 2,
  X400 = 3,
  Directory = 4,
  EdiParty = 5,
  Uri = 6,
  Ip = 7,
  RegisteredId = 8,
};

struct GeneralName {
  NameForm form;
  Bytes value;  ///< Contents of the tag. Directory: the DER Name. Dns: as written, not checked. Ip: octets.

  friend bool operator==(const GeneralName&, const GeneralName&) = default;
};

/// One GeneralName from an element that was read. Fails with Malformed for a tag that is none.
Result<GeneralName> general_name(const DerElement& element);

/// Reads GeneralNames, which is all of `names`. Fails with Malformed, also when there is none or an address
/// is neither 4 nor 16 octets long; TooLarge over 2048.
Result<std::vector<GeneralName>> parse_general_names(ByteView names);

}  // namespace tlscore::x509
