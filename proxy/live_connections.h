// The connections that live now, and the last ones that were refused: what `status` shows, and what is closed
// when the token leaves.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "proxy/relay.h"
#include "tlscore/base/cancel.h"
#include "tlscore/base/log_limit.h"
#include "tlscore/base/stream.h"
#include "tlscore/tls/certificate_summary.h"

namespace proxy {

class ArmedToken;

/// What one client's connection is doing. Belongs to it; LiveConnections only points to it.
struct LiveConnection {
  std::uint64_t id = 0;
  std::chrono::system_clock::time_point since = std::chrono::system_clock::now();
  std::string asked_by;   ///< "HTTP", "CONNECT", "SOCKS5", ...
  std::string party;      ///< Empty until one is known; then the host asked for and the port dialled.
  std::string phase;      ///< "reading the request", "dialling", "signing", "relaying", ...
  std::string local;      ///< "wrap", "terminate" or "tunnel"; empty before that is decided.
  std::string protocol;   ///< "TLS 1.3, TLS_AES_128_GCM_SHA256"; empty before, or for a tunnel.
  std::string alpn;       ///< "h2", "http/1.1"; empty: none was agreed on.
  std::string identity;   ///< The fingerprint of the key that was shown; empty: none.
  std::string judgement;  ///< Why the party is trusted, in a sentence; empty before, or for a tunnel.
  tlscore::tls::CertificateSummary shown{};  ///< What the other side saw of us.
  tlscore::tls::CertificateSummary peer{};   ///< What it showed.
  bool shown_in_clear = false;               ///< What was shown crossed the network as it is: TLS 1.2.
  bool resumed = false;  ///< Identity and judgement are what an earlier connection's handshake found.
  RelayCounts counts;
  bool bound_to_token = false;        ///< It ends when its token leaves.
  std::shared_ptr<ArmedToken> token;  ///< That token; null: it needs some token, and ends with the last one.
  tlscore::Cancel cancel;             ///< Ends it, wherever it waits.

  /// While it lives, the stream is closed in the very call that aborts the connection, so that not one octet
  /// follows.
  class ClosesWith {
   public:
    ClosesWith(LiveConnection& connection, tlscore::Stream& stream);
    ~ClosesWith();
    ClosesWith(const ClosesWith&) = delete;
    ClosesWith& operator=(const ClosesWith&) = delete;

   private:
    LiveConnection& m_connection;
    tlscore::Stream* m_stream;
  };

  /// While it lives, the client waits for an answer of ours: a token that leaves ends what is done for it,
  /// and leaves its stream open to be told.
  class Unanswered {
   public:
    Unanswered(LiveConnection& connection, const tlscore::Stream& client);
    ~Unanswered();
    Unanswered(const Unanswered&) = delete;
    Unanswered& operator=(const Unanswered&) = delete;

   private:
    LiveConnection& m_connection;
  };

  /// Cancels and closes, now.
  void abort(const tlscore::Error& why);
  /// The same, but for a client that is Unanswered; it is told that the token is not there.
  void lose_token(const tlscore::Error& why);

 private:
  std::vector<tlscore::Stream*> m_streams;
  const tlscore::Stream* m_unanswered = nullptr;
};

/// One thing that was not done for a client, for people.
struct Refusal {
  std::chrono::system_clock::time_point when;
  std::string asked_for;
  std::string reason;
};

class LiveConnections {
 public:
  static constexpr std::size_t kKeptRefusals = 50;

  /// Joins, and leaves when the returned handle goes.
  class Membership {
   public:
    Membership(LiveConnections& all, LiveConnection& one);
    ~Membership();
    Membership(const Membership&) = delete;
    Membership& operator=(const Membership&) = delete;

   private:
    LiveConnections& m_all;
    std::list<LiveConnection*>::iterator m_place;
  };

  [[nodiscard]] const std::list<LiveConnection*>& all() const { return m_all; }
  [[nodiscard]] std::size_t size() const { return m_all.size(); }
  /// When a connection that is bound to a token was last alive: now, while there is one.
  [[nodiscard]] std::chrono::steady_clock::time_point last_use() const;

  /// Ends those that are bound to this token, and if it was the last one, those that need any: how many.
  std::size_t abort_bound_to(const ArmedToken& token, bool last, const tlscore::Error& why);
  /// Aborts the one with this id; false where it has ended already.
  bool abort_one(std::uint64_t id, const tlscore::Error& why);
  /// Aborts every one.
  void abort_all(const tlscore::Error& why);

  /// Tells in the log that a key has signed for `one`, whose other side sees `shown` of it.
  void signed_for(const LiveConnection& one, const std::string& key,
                  const tlscore::tls::CertificateSummary& shown);
  void refused(std::string asked_for, std::string reason);
  [[nodiscard]] const std::deque<Refusal>& refusals() const { return m_refusals; }

 private:
  std::list<LiveConnection*> m_all;
  std::uint64_t m_next_id = 1;
  std::chrono::steady_clock::time_point m_last_end;  ///< Of one that was bound to a token.
  std::deque<Refusal> m_refusals;
  std::map<std::string, tlscore::LogLimit> m_log_of_signatures;  ///< By party, so that none hides another.
  tlscore::LogLimit m_log_of_refusals;
};

}  // namespace proxy
