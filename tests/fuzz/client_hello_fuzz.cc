// First octets in a tunnel: the ClientHello that is read from the whole is read from no less, and is told as
// one.
#include "proxy/client_hello.h"
#include "proxy/first_bytes.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tlscore::ByteView input(data, size);
  const auto protocol = proxy::classify_tunnel_bytes(input);
  if (size >= proxy::kMaxTunnelBytes) fuzz::require(protocol != proxy::TunnelProtocol::NeedMore);
  if (size >= proxy::kMaxPortBytes) {
    fuzz::require(proxy::classify_port_bytes(input) != proxy::PortProtocol::NeedMore);
  }
  const auto hello = proxy::parse_client_hello(input);
  if (hello && *hello) fuzz::require(protocol == proxy::TunnelProtocol::ClientHello);
  if (hello && !*hello) {
    // What is not whole yet is no error at any earlier octet either.
    const auto earlier = proxy::parse_client_hello(input.first(size / 2));
    fuzz::require(earlier && !*earlier);
  }
  return 0;
}
