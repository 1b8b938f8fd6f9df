// SOCKS4 from a client: a request that is whole was not whole one octet earlier, and never takes more than
// there is.
#include "proxy/socks4_request.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tlscore::ByteView input(data, size);
  const auto parsed = proxy::parse_socks4_request(input);
  if (!parsed || !*parsed) return 0;
  const proxy::Socks4Request& request = **parsed;
  fuzz::require(request.wire_bytes <= size);
  fuzz::require(proxy::parse_host(request.destination.host).has_value());
  const auto shorter = proxy::parse_socks4_request(input.first(request.wire_bytes - 1));
  fuzz::require(shorter && !*shorter);
  return 0;
}
