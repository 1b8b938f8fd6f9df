// The tokens that are plugged in: which of them a party is bound to, and what is done with all of them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proxy/armed_token.h"
#include "proxy/token_places.h"

namespace proxy {

/// All on the loop's thread. Destroying it kills the signers.
class Tokens {
 public:
  /// `on_disarmed` is called within the call that disarms a token that was armed; `last`: no other one is.
  using OnDisarmed = std::function<void(const ArmedToken& token, const tlscore::Error& why, bool last)>;

  Tokens(tlscore::EventLoop& loop, TokenSettings settings, OnDisarmed on_disarmed);
  Tokens(const Tokens&) = delete;
  Tokens& operator=(const Tokens&) = delete;

  /// The key that signs for the local CAs, which "auto" never means; before any token is plugged in.
  void set_ca_key(std::string uri);
  void plugged(const TokenPlace& place);
  /// The signer is killed before this returns.
  void pulled(const TokenPlace& place, const std::string& why);
  /// What is told while no token is in.
  void set_why_none(std::string why) { m_why_none = std::move(why); }
  /// Another program has taken it for itself alone.
  void held(const TokenPlace& place);
  /// Nobody holds these any more: those that could not be opened for that reason are tried again.
  void released(const TokenPlace& place);

  /// As ArmedToken::lock, of every token at once.
  tlscore::Task<void> lock(LockReason reason);
  /// As ArmedToken::unlock, of every token that is in and not armed, one after the other; succeeds when all
  /// of them are. `make_login` is called once for each.
  tlscore::Task<tlscore::Result<void>> unlock(
      std::function<std::optional<tlscore::token::LoginOptions>()> make_login, tlscore::Cancel& cancel);

  /// The armed token that a party with this selection is bound to (see token::select_key; "auto" is the one
  /// that came first). Waits for tokens that are on their way. Fails with Disarmed, and a sentence that says
  /// what to do.
  tlscore::Task<tlscore::Result<std::shared_ptr<ArmedToken>>> armed_for(std::string selection,
                                                                        tlscore::Cancel& cancel);
  /// A key on a token that is armed.
  struct ArmedKey {
    std::shared_ptr<ArmedToken> token;  ///< Never null.
    tlscore::token::KeyInfo key;
  };
  /// The one that `selection` means, now: nothing is waited for, and nobody is asked for a PIN. Fails with
  /// Disarmed, and a sentence that says what to do.
  [[nodiscard]] tlscore::Result<ArmedKey> armed_key(const std::string& selection) const;
  /// A connection may be tried: some token is armed, or on the way there.
  [[nodiscard]] tlscore::Result<void> may_serve() const;

  /// In the order in which they came.
  [[nodiscard]] const std::vector<std::shared_ptr<ArmedToken>>& all() const { return m_tokens; }
  /// The token that has got farthest on its way to being armed; null without one.
  [[nodiscard]] const ArmedToken* farthest() const;
  /// Its state; Absent without one.
  [[nodiscard]] TokenState state() const;
  /// Why it is not armed; empty where there is nothing to say.
  [[nodiscard]] std::string reason() const;
  /// When a token was last armed; the clock's beginning before that.
  [[nodiscard]] std::chrono::steady_clock::time_point armed_since() const;
  [[nodiscard]] bool asks_person() const;
  [[nodiscard]] const TokenSettings& settings() const { return m_settings; }

 private:
  [[nodiscard]] std::shared_ptr<ArmedToken> at(const TokenPlace& place) const;
  [[nodiscard]] tlscore::Error disarmed_error() const;

  tlscore::EventLoop& m_loop;
  TokenSettings m_settings;
  OnDisarmed m_on_disarmed;
  std::string m_why_none;
  std::vector<std::shared_ptr<ArmedToken>> m_tokens;
};

}  // namespace proxy
