// The configuration's text: whatever is accepted keeps its bounds, and a complaint can be shown on a
// terminal.
#include <algorithm>

#include "proxy/config.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto config = proxy::parse_config(tlscore::as_text({data, size}), "c.toml");
  if (!config) {
    fuzz::require(std::ranges::all_of(config.error().message, [](char c) { return c >= ' ' && c <= '~'; }));
    return 0;
  }
  fuzz::require(!config->listen.address.empty() && !config->parties.empty());
  fuzz::require(config->parties.size() <= proxy::kMaxParties + 1 && config->parties.back().demo);
  for (const proxy::Party& party : config->parties) {
    fuzz::require(!party.hosts.empty() && party.hosts.size() <= proxy::kMaxHostsOfParty);
    fuzz::require(!party.ports.empty() && std::ranges::find(party.ports, 0) == party.ports.end());
    if (party.name().starts_with('*')) continue;
    fuzz::require(proxy::find_party(config->parties, party.name(), party.ports.front()).has_value());
  }
  return 0;
}
