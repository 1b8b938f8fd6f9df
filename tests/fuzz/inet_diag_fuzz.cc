// Any bytes in place of the kernel's answer about a connection.
#include <cstdlib>

#include "proxy/inet_diag.h"

using proxy::SocketAddress;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const proxy::TcpEnds v4{.local = *SocketAddress::parse("127.0.0.1", 50000),
                          .remote = *SocketAddress::parse("127.0.0.1", 6091)};
  const proxy::TcpEnds v6{.local = *SocketAddress::parse("::1", 50000),
                          .remote = *SocketAddress::parse("::1", 6091)};
  constexpr std::uint32_t kSequence = 1;
  const tlscore::ByteView answer(data, size);
  const bool is_v4 = proxy::parse_inet_diag_answer(answer, v4, kSequence).has_value();
  const bool is_v6 = proxy::parse_inet_diag_answer(answer, v6, kSequence).has_value();
  if (is_v4 && is_v6) std::abort();  // one row is about one connection
  return 0;
}
