// host:port from a client: whatever is read is written in one spelling, which reads to the same.
#include "proxy/authority.h"
#include "tests/fuzz/require.h"
#include "tlscore/base/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = tlscore::as_text({data, size});
  const auto authority = proxy::parse_authority(text, 443);
  if (authority) {
    fuzz::require(proxy::parse_authority(proxy::to_string(*authority)).value() == *authority);
    fuzz::require(proxy::parse_authority(proxy::host_field(*authority, 443), 443).value() == *authority);
    fuzz::require(authority->host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.:-_") ==
                  std::string::npos);
  }
  const auto host = proxy::parse_host(text);
  if (host) fuzz::require(proxy::parse_host(host->text).value() == *host);
  return 0;
}
