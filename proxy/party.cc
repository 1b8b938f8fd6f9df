// The search for the party of a target.
#include "proxy/party.h"

#include <algorithm>

#include "proxy/party_host.h"

namespace proxy {
namespace {

constexpr std::uint16_t kHttpPort = 80;

std::size_t match(const Party& party, std::string_view host) {
  std::size_t best = 0;
  for (const std::string& pattern : party.hosts) best = std::max(best, match_host(pattern, host));
  return best;
}

/// All parties that mean `host` with the greatest exactness, in their order.
std::vector<const Party*> most_exact(std::span<const Party> parties, std::string_view host) {
  std::vector<const Party*> found;
  std::size_t best = 1;
  for (const Party& party : parties) {
    const std::size_t exactness = match(party, host);
    if (exactness < best) continue;
    if (exactness > best) found.clear();
    best = exactness;
    found.push_back(&party);
  }
  return found;
}

}  // namespace

std::string key_selection(const Identity& identity) {
  const bool names_key =
      identity.kind == Identity::Kind::KeyFingerprint || identity.kind == Identity::Kind::Pkcs11Uri;
  return names_key ? identity.value : "auto";
}

std::optional<PartyMatch> find_party(std::span<const Party> parties, std::string_view host,
                                     std::uint16_t port) {
  const std::optional<std::string> address = canonical_address(host);
  const std::vector<const Party*> found = most_exact(parties, address ? *address : host);
  for (const Party* party : found) {
    if (std::ranges::find(party->ports, port) != party->ports.end()) return PartyMatch{party, port, false};
  }
  if (port != kHttpPort || found.empty()) return std::nullopt;
  return PartyMatch{found.front(), found.front()->ports.front(), true};
}

}  // namespace proxy
