// Names of destinations: `host:port` as HTTP and SOCKS carry it (RFC 3986, section 3.2; RFC 9110,
// section 4.2).
//
// One strict reading for the whole program. A host that two readers could take for two different machines
// (0x7f.1, 127.1, user@host, a%2eb) is refused here, so that whoever decides and whoever dials agree.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tlscore/base/result.h"

namespace proxy {

/// A host in its one spelling: a lower-case name without its trailing dot, or an address in the text form of
/// inet_ntop, without brackets.
struct Host {
  std::string text;         ///< Never empty, at most 253 octets.
  bool is_address = false;  ///< IPv4 or IPv6, as opposed to a name.

  friend bool operator==(const Host&, const Host&) = default;
};

/// Where somebody wants to go.
struct Authority {
  std::string host;         ///< As in Host::text.
  std::uint16_t port = 0;   ///< In host byte order; never 0 after parsing.
  bool is_address = false;  ///< As in Host::is_address.

  friend bool operator==(const Authority&, const Authority&) = default;
};

/// Reads a name, an IPv4 address in dotted decimal or an IPv6 address without brackets.
///
/// One trailing dot is taken off. Labels have 1 to 63 letters, digits, hyphens (not at their ends) and
/// underscores; the whole has at most 253 octets. Fails with Malformed on anything else, among which: a name
/// whose last label is a number (decimal or 0x) without being a dotted quad, leading zeros in a quad, zone
/// identifiers, percent escapes, octets beyond ASCII.
[[nodiscard]] tlscore::Result<Host> parse_host(std::string_view text);

/// Reads `host:port` or `[v6]:port`; without a port, `default_port` if there is one.
///
/// Fails with Malformed where parse_host does, on userinfo, on an IPv6 address without brackets, on an empty
/// port, a port with leading zeros or outside 1 to 65535, and on a missing port without a default.
[[nodiscard]] tlscore::Result<Authority> parse_authority(std::string_view text,
                                                         std::optional<std::uint16_t> default_port = {});

/// `host:port`, with brackets around an IPv6 address: what parse_authority reads.
[[nodiscard]] std::string to_string(const Authority& authority);

/// The same without the port where it is `default_port`: what stands in a Host field (RFC 9110, section 7.2).
[[nodiscard]] std::string host_field(const Authority& authority, std::uint16_t default_port);

}  // namespace proxy
