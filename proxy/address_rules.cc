// The special-purpose addresses of IPv4 and IPv6, and who may be sent there.
//
// Sources: the IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890) with the documents they name.
#include "proxy/address_rules.h"

#include <arpa/inet.h>

#include <array>
#include <optional>
#include <string>

#include "tlscore/base/byte_reader.h"

namespace proxy {
namespace {

using tlscore::ByteReader;
using tlscore::ByteView;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

enum class Scope : std::uint8_t {
  Public,   ///< Globally reachable.
  Private,  ///< Not globally reachable, or nobody promises it: no place for a tunnel.
  Host,     ///< This machine, this link, or no single machine: no place for a party either.
};

struct Range4 {
  std::uint32_t prefix;
  unsigned bits;
  Scope scope;
  std::string_view what;
};

struct Range6 {
  std::uint64_t high;
  std::uint64_t low;
  unsigned bits;
  Scope scope;
  std::string_view what;
};

/// The first range that holds the address decides, so exceptions stand before what they are taken from.
constexpr auto kRanges4 = std::to_array<Range4>({
    {0x00000000, 8, Scope::Host, "an address of \"this network\", which leads to this machine (RFC 791)"},
    {0x7f000000, 8, Scope::Host, "a loopback address (RFC 1122)"},
    {0xa9fe0000, 16, Scope::Host, "a link-local address (RFC 3927)"},
    {0xe0000000, 4, Scope::Host, "a multicast address (RFC 5771)"},
    {0xffffffff, 32, Scope::Host, "the broadcast address (RFC 919)"},
    {0x0a000000, 8, Scope::Private, "a private address (RFC 1918)"},
    {0xac100000, 12, Scope::Private, "a private address (RFC 1918)"},
    {0xc0a80000, 16, Scope::Private, "a private address (RFC 1918)"},
    {0x64400000, 10, Scope::Private, "an address shared behind a provider's NAT (RFC 6598)"},
    {0xc0000009, 32, Scope::Public, ""},  // Port Control Protocol anycast (RFC 7723)
    {0xc000000a, 32, Scope::Public, ""},  // TURN anycast (RFC 8155)
    {0xc0000000, 24, Scope::Private, "an address for protocol assignments (RFC 6890)"},
    {0xc0000200, 24, Scope::Private, "a documentation address (RFC 5737)"},
    {0xc6336400, 24, Scope::Private, "a documentation address (RFC 5737)"},
    {0xcb007100, 24, Scope::Private, "a documentation address (RFC 5737)"},
    {0xc0586300, 24, Scope::Private, "a withdrawn 6to4 relay address (RFC 7526)"},
    {0xc6120000, 15, Scope::Private, "a benchmarking address (RFC 2544)"},
    {0xf0000000, 4, Scope::Private, "a reserved address (RFC 1112)"},
});

constexpr auto kRanges6 = std::to_array<Range6>({
    {0, 0, 128, Scope::Host, "the unspecified address, which leads to this machine (RFC 4291)"},
    {0, 1, 128, Scope::Host, "a loopback address (RFC 4291)"},
    {0xfe80000000000000, 0, 10, Scope::Host, "a link-local address (RFC 4291)"},
    {0xff00000000000000, 0, 8, Scope::Host, "a multicast address (RFC 4291)"},
    {0xfc00000000000000, 0, 7, Scope::Private, "a unique local address (RFC 4193)"},
    {0xfec0000000000000, 0, 10, Scope::Private, "a site-local address (RFC 3879)"},
    {0x0064ff9b00000000, 0, 96, Scope::Public, ""},  // NAT64 (RFC 6052)
    {0x0064ff9b00010000, 0, 48, Scope::Private, "an address of a local NAT64 (RFC 8215)"},
    {0x0100000000000000, 0, 64, Scope::Private, "a discard address (RFC 6666)"},
    {0x5f00000000000000, 0, 16, Scope::Private, "a segment routing identifier (RFC 9602)"},
    {0x2001000100000000, 1, 128, Scope::Public, ""},  // Port Control Protocol anycast (RFC 7723)
    {0x2001000100000000, 2, 128, Scope::Public, ""},  // TURN anycast (RFC 8155)
    {0x2001000100000000, 3, 128, Scope::Public, ""},  // DNS-SD service registration anycast (RFC 9665)
    {0x2001000300000000, 0, 32, Scope::Public, ""},   // AMT (RFC 7450)
    {0x2001000401120000, 0, 48, Scope::Public, ""},   // AS112-v6 (RFC 7535)
    {0x2001002000000000, 0, 28, Scope::Public, ""},   // ORCHIDv2 (RFC 7343)
    {0x2001003000000000, 0, 28, Scope::Public, ""},   // Drone remote identification (RFC 9374)
    {0x2001000000000000, 0, 32, Scope::Private, "a Teredo address (RFC 4380)"},
    {0x2001000200000000, 0, 48, Scope::Private, "a benchmarking address (RFC 5180)"},
    {0x2001000000000000, 0, 23, Scope::Private, "an address for protocol assignments (RFC 2928)"},
    {0x20010db800000000, 0, 32, Scope::Private, "a documentation address (RFC 3849)"},
    {0x3fff000000000000, 0, 20, Scope::Private, "a documentation address (RFC 9637)"},
    {0x2000000000000000, 0, 3, Scope::Public, ""},  // Global unicast (RFC 4291)
    {0, 0, 0, Scope::Private, "outside of what is assigned for global use (RFC 4291)"},
});

struct Judged {
  Scope scope;
  std::string_view what;
};

/// The value's leading `bits`, the rest cleared.
template <class T>
constexpr T leading(T value, unsigned bits) {
  constexpr unsigned kWidth = sizeof(T) * 8;
  return bits == 0 ? 0 : value & (~T{0} << (kWidth - bits));
}

Judged judge4(std::uint32_t address) {
  for (const Range4& range : kRanges4) {
    if (leading(address, range.bits) == range.prefix) return {range.scope, range.what};
  }
  return {Scope::Public, ""};
}

bool holds(const Range6& range, std::uint64_t high, std::uint64_t low) {
  constexpr unsigned kHalf = 64;
  if (range.bits <= kHalf) return leading(high, range.bits) == range.high;
  return high == range.high && leading(low, range.bits - kHalf) == range.low;
}

Judged judge6(std::uint64_t high, std::uint64_t low) {
  for (const Range6& range : kRanges6) {
    if (holds(range, high, low)) return {range.scope, range.what};
  }
  return {Scope::Private, ""};
}

/// The forms in which an IPv4 address is carried and nothing else is meant.
bool is_plain_ipv4(std::uint64_t high, std::uint64_t low) {
  const std::uint64_t middle = low >> 32U;
  return high == 0 && (middle == 0x0000ffff || middle == 0xffff0000);
}

/// The IPv4 address inside an IPv6 address that has a meaning of its own too.
std::optional<std::uint32_t> carried_ipv4(std::uint64_t high, std::uint64_t low) {
  constexpr std::uint64_t kNat64 = 0x0064ff9b00000000;
  constexpr std::uint64_t kLocalNat64 = 0x0064ff9b00010000;
  if ((high == 0 || high == kNat64 || high == kLocalNat64) && low >> 32U == 0)
    return static_cast<std::uint32_t>(low);
  if (high >> 48U == 0x2002) return static_cast<std::uint32_t>(high >> 16U);
  return std::nullopt;
}

/// The stricter of what the address is and what it carries.
Judged judge16(std::uint64_t high, std::uint64_t low) {
  if (is_plain_ipv4(high, low)) return judge4(static_cast<std::uint32_t>(low));
  const Judged outer = judge6(high, low);
  const auto carried = carried_ipv4(high, low);
  if (!carried) return outer;
  const Judged inner = judge4(*carried);
  return inner.scope > outer.scope ? inner : outer;
}

std::string text_of(ByteView octets) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = octets.size() == sizeof(in_addr) ? AF_INET : AF_INET6;
  return ::inet_ntop(family, octets.data(), text.data(), text.size()) == nullptr ? "" : text.data();
}

}  // namespace

Result<void> check_address(ByteView octets, Reach reach, bool allow_private) {
  if (octets.size() != sizeof(in_addr) && octets.size() != sizeof(in6_addr)) {
    return fail(ErrorKind::Malformed, "an address of neither 4 nor 16 octets");
  }
  if (allow_private) return {};
  ByteReader reader(octets);
  const bool v4 = octets.size() == sizeof(in_addr);
  const std::uint64_t high = v4 ? 0 : reader.u64().value_or(0);
  const Judged judged = v4 ? judge4(reader.u32().value_or(0)) : judge16(high, reader.u64().value_or(0));
  if (judged.scope == Scope::Public || (judged.scope == Scope::Private && reach == Reach::Wrap)) return {};
  const std::string_view rule = judged.scope == Scope::Host ? "to which no party is dialled"
                                                            : "and a tunnel goes to public addresses only";
  return fail(ErrorKind::Refused, text_of(octets) + " is " + std::string(judged.what) + ", " +
                                      std::string(rule) +
                                      "; allow_private = true in the party's section lifts this");
}

}  // namespace proxy
