// Sessions to resume, each with what the full handshake had found.
//
// Who asks says with a key for what: all that the judgement and the identity depended on. A session is never
// given out under another key, after its judgement has expired, or after forget(). A TLS 1.3 ticket is given
// out once.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>

#include "tlscore/judge/judgement.h"
#include "tlscore/tls/certificate_summary.h"
#include "tlscore/tls/certificate_type.h"
#include "tlscore/tls/session.h"

namespace tlscore::tls {

/// How the peer and we were authenticated in the full handshake. Connections that resume inherit it, and so
/// do the tickets that they are given.
struct SessionOrigin {
  judge::Judgement judgement;  ///< Holds until `judgement.expires` at the latest.
  std::string identity;        ///< The fingerprint of the key that the peer was shown; empty: none.
  std::chrono::steady_clock::time_point expires;  ///< From then on there has to be a full handshake.
  CertificateType certificate_type = CertificateType::X509;  ///< Of both sides' certificates.
  CertificateSummary shown{};                                ///< To the peer.
  CertificateSummary peer{};                                 ///< By the peer.
};

/// Loop's thread only.
class SessionStore {
 public:
  static constexpr std::size_t kPerKey = 16;
  static constexpr std::size_t kInAll = 512;

  struct Entry {
    std::shared_ptr<const Session> session;
    std::shared_ptr<const SessionOrigin> origin;
  };

  /// Both clocks: a certificate expires by the calendar, and nobody sets a lifetime back.
  struct Moment {
    std::chrono::steady_clock::time_point steady;
    std::chrono::sys_seconds calendar;

    static Moment now() {
      return {std::chrono::steady_clock::now(),
              std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())};
    }
  };

  /// The newest session that may be offered under this key. One of TLS 1.3 leaves the store.
  [[nodiscard]] std::optional<Entry> take(const std::string& key, Moment now = Moment::now());

  /// Keeps a session of a handshake that began when generation() was `generation`; drops it when forget() was
  /// called since. A TLS 1.2 session takes the place of all others under its key; beyond the bounds the
  /// oldest go.
  void keep(const std::string& key, Entry entry, std::uint64_t generation, Moment now = Moment::now());

  /// The peer would not resume one of these: the others would fare no better.
  void drop(const std::string& key);
  /// Everything goes, also what connections that live now will still bring.
  void forget();

  [[nodiscard]] std::uint64_t generation() const { return m_generation; }
  [[nodiscard]] std::size_t size() const { return m_kept.size(); }

 private:
  struct Kept {
    std::string key;
    Entry entry;
  };

  void drop_expired(Moment now);
  void keep_bounds(const std::string& key);

  std::list<Kept> m_kept;  ///< The newest first.
  std::uint64_t m_generation = 0;
};

}  // namespace tlscore::tls
