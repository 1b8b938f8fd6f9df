// The hosts of a party: how they are written, and which hosts they mean. Not for ports: see party.h.
//
// Pure: names are compared as text and nothing is looked up. A host is one of
//   - an exact name, `intranet.example.org`;
//   - a suffix, `*.example.org`: every name below example.org at any depth, but not example.org itself;
//   - an address, `192.0.2.1` or `2001:db8::1`, which means a target that was given as that address.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tlscore/base/result.h"

namespace proxy {

/// The text form that inet_ntop gives, e.g. `2001:db8::1`, of an address in strict dotted decimal or in one
/// of the forms of RFC 4291 section 2.2 (these with or without brackets). std::nullopt where `text` is no
/// address; a zone ID makes it none.
[[nodiscard]] std::optional<std::string> canonical_address(std::string_view text);

/// Reads a name or an address, as a configuration file spells it, into the form that find_party compares:
/// lower case, without a trailing dot, addresses as canonical_address writes them.
///
/// Fails with Malformed on an empty or too long label (63 octets) or name (253), on anything but letters,
/// digits, hyphen and underscore (so that no name can break out of the PAC script), on a name whose last
/// label is a number (browsers take it for an address), and on non-ASCII text, which has to be written as
/// A-labels (RFC 5890).
[[nodiscard]] tlscore::Result<std::string> parse_host(std::string_view text);

/// The same, or a suffix (`*.` and a name). Fails also on `*` alone, on a suffix of a single label (`*.com`)
/// and on an asterisk anywhere else.
[[nodiscard]] tlscore::Result<std::string> parse_host_pattern(std::string_view text);

/// How exactly `pattern` means `host`: 0 is not at all, an exact name or address is more than any suffix, and
/// a longer suffix is more than a shorter one. Both are in the form that the parsers above return.
[[nodiscard]] std::size_t match_host(std::string_view pattern, std::string_view host);

}  // namespace proxy
