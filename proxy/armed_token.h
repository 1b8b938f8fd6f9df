// One token that is plugged in, as the proxy sees it: being opened, waiting for a PIN, armed, locked, or
// broken.
//
// It owns the signer process; whoever needs a signature asks here. Pulling the token out, locking it and a
// signer that dies all end in the same place: no signer, no identity, and `on_disarmed` told.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/identity_cache.h"
#include "proxy/own_identity.h"
#include "proxy/token_places.h"
#include "proxy/token_state.h"
#include "tlscore/base/future.h"
#include "tlscore/base/task.h"
#include "tlscore/tls/identity.h"
#include "tlscore/token/signer_client.h"

namespace proxy {

/// How the token's module is reached, how its PIN is got, and where its certificates are.
struct TokenSettings {
  tlscore::token::SignerOptions signer;
  tlscore::token::PinSource pin = tlscore::token::PinSource::Pinentry;
  std::string pin_file;            ///< For PinSource::File.
  bool pin_at_once = true;         ///< As soon as the token is there; else with the first signature.
  std::string certificate_folder;  ///< Where `token enroll` keeps certificates.
  std::string ca_key{};            ///< URI of a key that is never chosen by itself; empty: none.
  bool is_file_key = false;        ///< The software token: enrolled by itself, and shown as what it is.
  bool through_gnupg = false;      ///< GnuPG opens the card, so nobody holds it from us.
  std::string how_to_unlock = "run `latchkey unlock`";  ///< What whoever wants a locked token is told to do.
};

/// All on the loop's thread. Destroying it kills the signer; whoever waits for one of its tasks keeps it
/// alive.
class ArmedToken {
 public:
  /// `on_disarmed` is called within the call that disarms a token that was armed; it closes what that opened.
  ArmedToken(tlscore::EventLoop& loop, TokenSettings settings, TokenPlace place,
             std::function<void(const ArmedToken& token, const tlscore::Error& why)> on_disarmed);
  ~ArmedToken();
  ArmedToken(const ArmedToken&) = delete;
  ArmedToken& operator=(const ArmedToken&) = delete;

  /// The token is in: opens it, and asks for the PIN if that is to be done at once.
  void plugged();
  /// The token is out, for good: the signer is killed before this returns.
  void pulled(const std::string& why);
  /// Another program has taken it for itself alone: it cannot be opened until that one lets go.
  void held(std::vector<tlscore::token::CardHolder> holders);
  /// No other program has it for itself any more: if it could not be opened, it is tried again.
  void released();
  /// Makes the token forget the PIN (within 500 ms), then kills the signer. Nothing is done to a token that
  /// is not open.
  tlscore::Task<void> lock(LockReason reason);
  /// Opens and arms a token that is in, with the PIN from where `login` says, or as configured without one.
  /// Who comes while a PIN is being asked for waits for that one. Disarmed when the token is out.
  tlscore::Task<tlscore::Result<void>> unlock(std::optional<tlscore::token::LoginOptions> login,
                                              tlscore::Cancel& cancel);

  /// Waits until the token is armed, asking for the PIN if nobody has: all who wait share one prompt. Fails
  /// with Disarmed, and a sentence that says what to do.
  tlscore::Task<tlscore::Result<void>> arm(tlscore::Cancel& cancel);
  /// Armed, or on the way there without anybody's help: a connection may be tried.
  [[nodiscard]] tlscore::Result<void> may_serve() const;

  /// The identity that `wish` names, as own_identity finds it. Only while armed. `keyring` outlives the task.
  tlscore::Task<tlscore::Result<std::shared_ptr<const tlscore::tls::Identity>>> identity(
      IdentityWish wish, openpgp_auth::KeyringLookups& keyring, tlscore::Cancel& cancel);
  /// A signature with that identity's key.
  tlscore::Task<tlscore::Result<tlscore::Bytes>> sign(std::shared_ptr<const tlscore::tls::Identity> identity,
                                                      tlscore::x509::SignatureRequest request,
                                                      tlscore::Cancel& cancel);

  /// A signature has found the token's session dead: nothing would work until the next plug, or an unlock.
  void lost(const tlscore::Error& why);

  [[nodiscard]] const TokenPlace& place() const { return m_place; }
  [[nodiscard]] TokenState state() const { return m_state; }
  /// When it was last armed.
  [[nodiscard]] std::chrono::steady_clock::time_point armed_since() const { return m_armed_since; }
  /// Why it is not armed; empty where there is nothing to say.
  [[nodiscard]] const std::string& reason() const { return m_reason; }
  [[nodiscard]] const std::optional<tlscore::token::TokenInfo>& info() const { return m_info; }
  [[nodiscard]] const std::vector<tlscore::token::KeyInfo>& keys() const { return m_keys; }
  /// The one of them that `selection` means, as token::select_key says; the key of the local CAs is never
  /// chosen by itself. Only while armed.
  [[nodiscard]] tlscore::Result<const tlscore::token::KeyInfo*> select(const std::string& selection) const;
  /// It signs for the local CAs, and is no identity of the user's.
  [[nodiscard]] bool is_ca_key(const tlscore::token::KeyInfo& key) const;
  [[nodiscard]] bool is_file_key() const { return m_settings.is_file_key; }
  [[nodiscard]] bool pin_prompt_shown() const { return m_signer && m_signer->waiting_for_pin(); }
  [[nodiscard]] tlscore::token::PinTries pin_tries() const;
  /// It could not be opened because another program has it for itself alone; reason() says which, and what to
  /// do.
  [[nodiscard]] bool is_held() const { return m_state == TokenState::Broken && m_place.held; }
  /// What whoever wanted it is told.
  [[nodiscard]] tlscore::Error disarmed_error() const;
  [[nodiscard]] int signer_pid() const { return m_signer ? m_signer->pid() : -1; }

 private:
  tlscore::Task<void> bring_up(std::uint64_t generation);
  tlscore::Task<tlscore::Result<void>> open_token(std::uint64_t generation);
  tlscore::Task<tlscore::Result<void>> log_in(tlscore::token::LoginOptions login, std::uint64_t generation);
  [[nodiscard]] tlscore::token::LoginOptions configured_login() const;
  /// For a token that came just now; nothing where its PIN is asked for later.
  [[nodiscard]] std::optional<tlscore::token::LoginOptions> login_at_once() const;
  void start_bring_up(std::optional<tlscore::token::LoginOptions> login);
  void disarm(TokenState state, const tlscore::Error& why);
  void enter(TokenState state, std::string reason);

  tlscore::EventLoop& m_loop;
  TokenSettings m_settings;
  TokenPlace m_place;
  std::function<void(const ArmedToken&, const tlscore::Error&)> m_on_disarmed;
  std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
  TokenState m_state = TokenState::Absent;
  std::string m_reason;
  std::chrono::steady_clock::time_point m_armed_since;
  bool m_present = false;
  std::uint64_t m_generation = 0;  ///< Grows with every disarming: work for an older one is void.
  std::shared_ptr<tlscore::token::SignerClient> m_signer;
  std::shared_ptr<tlscore::Cancel> m_cancel;  ///< Of the current signer's work.
  std::optional<tlscore::token::TokenInfo> m_info;
  std::vector<tlscore::token::KeyInfo> m_keys;
  IdentityCache m_identities;
  std::vector<tlscore::Promise<void>> m_waiting;  ///< For the end of the bring-up that runs.
  bool m_bringing_up = false;
  std::optional<tlscore::token::LoginOptions> m_login;  ///< What the bring-up does once the token is open.
};

}  // namespace proxy
