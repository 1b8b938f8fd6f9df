// A table, and its end.
#include "proxy/party_memory.h"

namespace proxy {

void PartyMemory::limit_to_tls12(const std::string& destination, const std::string& key, std::string reason) {
  if (m_limits.size() < kMaxLimits) m_limits.insert_or_assign({destination, key}, std::move(reason));
}

const std::string* PartyMemory::tls12_reason(const std::string& destination, const std::string& key) const {
  const auto found = m_limits.find({destination, key});
  return found == m_limits.end() ? nullptr : &found->second;
}

void PartyMemory::warn(const std::string& destination, std::string reason) {
  if (reason.empty()) {
    m_warnings.erase(destination);
  } else if (m_warnings.size() < kMaxLimits) {
    m_warnings.insert_or_assign(destination, std::move(reason));
  }
}

void PartyMemory::forget() {
  m_limits.clear();
  m_warnings.clear();
  m_sessions.forget();
}

}  // namespace proxy
