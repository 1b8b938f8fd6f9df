// From parties to PAC rules.
#include "proxy/party_pac.h"

namespace proxy {

std::vector<pac::PacRule> pac_rules(std::span<const Party> parties) {
  std::vector<pac::PacRule> rules;
  for (const Party& party : parties) {
    for (const std::string& host : party.hosts) rules.push_back({host});
  }
  return rules;
}

}  // namespace proxy
