// Addresses in text form: who may be dialled by tunnel may be dialled by wrap, and a mapped address fares as
// the IPv4 address in it.
#include "proxy/address_rules.h"
#include "proxy/party_host.h"
#include "tests/fuzz/require.h"

using proxy::check_address;
using proxy::Reach;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = proxy::canonical_address(tlscore::as_text({data, size}));
  if (!text) return 0;
  fuzz::require(proxy::canonical_address(*text) == text);
  const auto address = proxy::SocketAddress::parse(*text, 1).value();
  const auto wrap = check_address(address, Reach::Wrap, false);
  const auto tunnel = check_address(address, Reach::Tunnel, false);
  fuzz::require(wrap || !tunnel);
  fuzz::require(check_address(address, Reach::Tunnel, true).has_value());
  const auto plain = address.unmapped();
  fuzz::require(check_address(plain, Reach::Wrap, false).has_value() == wrap.has_value());
  fuzz::require(check_address(plain, Reach::Tunnel, false).has_value() == tunnel.has_value());
  return 0;
}
