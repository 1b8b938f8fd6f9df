// The trust anchor's file: whatever is read names at least one key that can be checked. And resolv.conf
// beside it.
#include "tests/fuzz/require.h"
#include "tlscore/dns/server.h"
#include "tlscore/dns/trust_anchor.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = tlscore::as_text({data, size});
  if (const auto anchor = tlscore::dns::parse_trust_anchor(text)) {
    fuzz::require(!anchor->ds.empty());
    for (const auto& ds : anchor->ds)
      fuzz::require(tlscore::dns::read_ds(ds).has_value() && ds.owner.is_root());
  }
  const auto servers = tlscore::dns::parse_resolv_conf(text);
  fuzz::require(!servers.empty() && servers.size() <= 3);
  return 0;
}
