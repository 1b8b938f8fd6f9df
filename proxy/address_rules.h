// Which addresses a party may turn out to have: checked when it is dialled, whatever resolved its name.
//
// Pure. A name that the user trusts may be made to point at a service of this machine or network that trusts
// its neighbours. With TLS of ours the party proves itself before a byte is sent, so private networks are
// allowed; a tunnel proves nothing, so it goes to public addresses only.
#pragma once

#include <cstdint>

#include "proxy/socket_address.h"
#include "tlscore/base/result.h"

namespace proxy {

/// How far a connection may reach.
enum class Reach : std::uint8_t {
  Wrap,    ///< We speak TLS to the party (*wrap*, *terminate*): anywhere but loopback, link-local, multicast,
           ///< broadcast and unspecified addresses.
  Tunnel,  ///< Opaque octets: only what the IANA registries of special-purpose addresses (RFC 6890) let be
           ///< globally reachable; of IPv6, only 2000::/3 and NAT64's 64:ff9b::/96.
};

/// Whether the address, 4 or 16 octets in network order, may be dialled. `allow_private` is the party's
/// setting and lifts the rules of both reaches.
///
/// An IPv6 address that carries an IPv4 address is judged by that one too: mapped ::ffff:0:0/96 and
/// translated
/// ::ffff:0:0:0/96 (by that one alone), compatible ::/96, NAT64 64:ff9b::/96 and 64:ff9b:1::/96, 6to4
/// 2002::/16.
///
/// Fails with Refused and a sentence that names the address and the rule, and with Malformed for any other
/// length.
[[nodiscard]] tlscore::Result<void> check_address(tlscore::ByteView octets, Reach reach, bool allow_private);

[[nodiscard]] inline tlscore::Result<void> check_address(const SocketAddress& address, Reach reach,
                                                         bool allow_private) {
  return check_address(address.octets(), reach, allow_private);
}

}  // namespace proxy
