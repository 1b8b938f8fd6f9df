// SOCKS5 from a client: each message, once whole, was not whole one octet earlier.
#include "proxy/socks5_request.h"
#include "tests/fuzz/require.h"

namespace {

/// What `parse` says of the input, which must be the same for exactly the octets that it took.
template <class Parse>
auto check(Parse parse, tlscore::ByteView input) {
  auto parsed = parse(input);
  if (parsed && *parsed) {
    const std::size_t taken = (*parsed)->wire_bytes;
    fuzz::require(taken <= input.size());
    const auto exact = parse(input.first(taken));
    fuzz::require(exact && *exact);
    const auto shorter = parse(input.first(taken - 1));
    fuzz::require(shorter && !*shorter);
  }
  return parsed;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tlscore::ByteView input(data, size);
  static_cast<void>(check(proxy::parse_socks5_greeting, input));
  static_cast<void>(check(proxy::parse_socks5_login, input));
  const auto request = check(proxy::parse_socks5_request, input);
  if (request && *request) fuzz::require(proxy::parse_host((*request)->destination.host).has_value());
  return 0;
}
