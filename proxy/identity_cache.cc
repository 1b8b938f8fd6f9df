// A map with times.
#include "proxy/identity_cache.h"

#include <utility>

namespace proxy {

IdentityCache::Identity IdentityCache::find(const std::string& name, Time now) const {
  const auto found = m_kept.find(name);
  if (found == m_kept.end()) return nullptr;
  const auto age = now - found->second.since;
  return age >= Time::duration::zero() && age < kLife ? found->second.identity : nullptr;
}

void IdentityCache::keep(std::string name, Identity identity, Time now) {
  if (m_kept.size() >= kMost && !m_kept.contains(name)) m_kept.clear();
  m_kept.insert_or_assign(std::move(name), Kept{.identity = std::move(identity), .since = now});
}

}  // namespace proxy
