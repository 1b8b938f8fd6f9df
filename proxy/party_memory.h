// What was learned of parties and holds only for so long: sessions that can be resumed, and which of them
// have to be spoken to in TLS 1.2, because the key that they are shown cannot sign in TLS 1.3; and what is to
// be mended about them.
//
// All of it is forgotten together: when the token leaves or is locked, and when the settings are read again.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "tlscore/tls/session_store.h"

namespace proxy {

class PartyMemory {
 public:
  /// How many limits are kept: a party may be any host of a domain. Further ones are found anew each time.
  static constexpr std::size_t kMaxLimits = 1000;

  /// (destination as "host:port", fingerprint of the key that is shown there) and the reason, for people.
  using Limits = std::map<std::pair<std::string, std::string>, std::string>;

  /// From now on at most TLS 1.2 is tried with this destination and this key.
  void limit_to_tls12(const std::string& destination, const std::string& key, std::string reason);
  /// Why, or null where nothing limits it.
  [[nodiscard]] const std::string* tls12_reason(const std::string& destination, const std::string& key) const;
  [[nodiscard]] const Limits& limits() const { return m_limits; }

  /// What is to be mended about a destination although it was found good; empty: nothing any more. Further
  /// ones than kMaxLimits are not kept.
  void warn(const std::string& destination, std::string reason);
  /// The last ones, by destination.
  [[nodiscard]] const std::map<std::string, std::string>& warnings() const { return m_warnings; }

  /// Keys are session_key's (party_sessions.h).
  [[nodiscard]] tlscore::tls::SessionStore& sessions() { return m_sessions; }

  void forget();

 private:
  Limits m_limits;
  std::map<std::string, std::string> m_warnings;
  tlscore::tls::SessionStore m_sessions;
};

}  // namespace proxy
