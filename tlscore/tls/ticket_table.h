// Sessions that a server keeps for its tickets, each with what the client had shown.
//
// A ticket of this kind is a random handle and holds nothing: what it stands for never leaves the process,
// can be forgotten at once, and says who resumes. That is for servers that judge their clients; those that do
// not have ticket_keys.h.
#pragma once

#include <chrono>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tlscore/base/bytes.h"
#include "tlscore/x509/certificate.h"

namespace tlscore::tls {

/// What a client showed, and proved, in a full handshake.
struct ShownByClient {
  std::vector<x509::Certificate> chain;
  Bytes openpgp;  ///< As Engine::peer_openpgp().
  x509::PublicKey key;
};

/// Shared by the connections of one server. One thread.
class TicketTable {
 public:
  static constexpr std::size_t kMaxEntries = 1000;
  static constexpr std::size_t kHandleBytes = 32;

  using Moment = std::chrono::steady_clock::time_point;

  /// A session, for as long as it is in the table; wiped when it leaves.
  struct Entry {
    std::string scope;  ///< Resumed only where the same is said: the name that the client had asked for.
    Bytes session;      ///< As the library writes it.
    std::shared_ptr<const ShownByClient> client;
    Moment expires;
  };

  /// Tickets are good for `lifetime`, at most seven days (RFC 8446, section 4.6.1).
  explicit TicketTable(std::chrono::seconds lifetime) : m_lifetime(lifetime) {}
  ~TicketTable() { forget(); }
  TicketTable(const TicketTable&) = delete;
  TicketTable& operator=(const TicketTable&) = delete;

  [[nodiscard]] std::chrono::seconds lifetime() const { return m_lifetime; }

  /// Keeps a session and returns its handle. Beyond kMaxEntries the oldest goes.
  Bytes keep(std::string scope, Bytes session, std::shared_ptr<const ShownByClient> client,
             Moment now = std::chrono::steady_clock::now());

  /// The entry of this handle; null where there is none, none any more, or one of another scope. Borrowed
  /// until the next call of anything else.
  [[nodiscard]] const Entry* find(ByteView handle, std::string_view scope,
                                  Moment now = std::chrono::steady_clock::now()) const;

  /// Every client has to show itself again.
  void forget();

  [[nodiscard]] std::size_t size() const { return m_by_handle.size(); }

 private:
  using Entries = std::list<std::pair<Bytes, Entry>>;
  void drop_oldest();

  std::chrono::seconds m_lifetime;
  Entries m_entries;  ///< The oldest first, and so the first to expire.
  std::map<Bytes, Entries::iterator> m_by_handle;
};

}  // namespace tlscore::tls
