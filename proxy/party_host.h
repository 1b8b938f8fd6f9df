// The hosts of a party: how they are written, and which hosts they mean. Not for ports: see party.h.
//
// Pure: names are compared as text and nothing is looked up. A host is one of
//   - an exact name, `intranet.example.org`;
//   - a suffix, `*.example.org`: every name below example.org at any depth, but not example.org itself;
//   - an address, `192.0.2.1` or `2001:db8::1`, which means a target that was given as that address.
// Names and addresses are read as those of requests are (authority.h), so that what is listed is what is
// asked for.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tlscore/base/result.h"

namespace proxy {

/// The one text form of an address, e.g. `2001:db8::1` of `2001:DB8:0::1` or `[2001:db8::1]`. std::nullopt
/// where `text` is no address.
[[nodiscard]] std::optional<std::string> canonical_address(std::string_view text);

/// Reads a name or an address as a configuration file spells it into the form of Host::text.
///
/// Fails with Malformed where parse_host does (so that no name can break out of the PAC script), and tells
/// how to write a name that is not ASCII: as A-labels (RFC 5890).
[[nodiscard]] tlscore::Result<std::string> parse_listed_host(std::string_view text);

/// The same, or a suffix (`*.` and a name). Fails also on `*` alone, on a suffix of a single label (`*.com`)
/// and on an asterisk anywhere else.
[[nodiscard]] tlscore::Result<std::string> parse_host_pattern(std::string_view text);

/// How exactly `pattern` means `host`: 0 is not at all, an exact name or address is more than any suffix, and
/// a longer suffix is more than a shorter one. Both are in the form that the parsers above return.
[[nodiscard]] std::size_t match_host(std::string_view pattern, std::string_view host);

}  // namespace proxy
