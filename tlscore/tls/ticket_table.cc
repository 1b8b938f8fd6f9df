// A list by age, and a map by handle.
#include "tlscore/tls/ticket_table.h"

#include "tlscore/base/secret.h"
#include "tlscore/x509/random.h"

namespace tlscore::tls {

Bytes TicketTable::keep(std::string scope, Bytes session, std::shared_ptr<const ShownByClient> client,
                        Moment now) {
  while (!m_entries.empty() && (m_entries.size() >= kMaxEntries || m_entries.front().second.expires <= now)) {
    drop_oldest();
  }
  Bytes handle = x509::random_bytes(kHandleBytes);
  m_entries.emplace_back(handle, Entry{.scope = std::move(scope),
                                       .session = std::move(session),
                                       .client = std::move(client),
                                       .expires = now + m_lifetime});
  m_by_handle.emplace(handle, std::prev(m_entries.end()));
  return handle;
}

const TicketTable::Entry* TicketTable::find(ByteView handle, std::string_view scope, Moment now) const {
  const auto found = m_by_handle.find(Bytes(handle.begin(), handle.end()));
  if (found == m_by_handle.end()) return nullptr;
  const Entry& entry = found->second->second;
  return entry.scope == scope && entry.expires > now ? &entry : nullptr;
}

void TicketTable::drop_oldest() {
  auto& [handle, entry] = m_entries.front();
  wipe({reinterpret_cast<char*>(entry.session.data()), entry.session.size()});
  m_by_handle.erase(handle);
  m_entries.pop_front();
}

void TicketTable::forget() {
  while (!m_entries.empty()) drop_oldest();
}

}  // namespace tlscore::tls
