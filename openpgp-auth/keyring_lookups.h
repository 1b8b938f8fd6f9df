// Questions to the keyring, asked on threads and remembered until the keyring changes.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "openpgp-auth/key_evidence.h"
#include "openpgp-auth/keyring.h"
#include "openpgp-auth/own_certificate.h"
#include "tlscore/base/cancel.h"
#include "tlscore/base/future.h"
#include "tlscore/base/task.h"

namespace openpgp_auth {

/// Loop's thread only, and the loop outlives it. Its destructor waits for a gpg that runs; whoever still
/// waits for an answer then gets TimedOut.
class KeyringLookups {
 public:
  /// An answer counts no longer, whatever the keyring's files say: others' signatures expire, too.
  static constexpr std::chrono::minutes kMaxAge{60};
  static constexpr std::size_t kMaxAnswers = 256;  ///< Then the oldest goes.
  static constexpr std::size_t kMaxPending = 64;   ///< Different questions that wait.
  static constexpr std::size_t kThreads = 2;
  static constexpr std::chrono::seconds kLimit{15};  ///< For whoever waits.

  /// Where answers come from: `ask` is called on several threads at once, `generation` on the loop's. For
  /// tests, something else than a keyring.
  struct Source {
    std::function<tlscore::Result<KeyringAnswer>(tlscore::ByteView certificate, const std::string& key_id)>
        ask;
    std::function<std::string()> generation;
    std::function<tlscore::Result<tlscore::Bytes>(const std::string& fingerprint)> stored{};
    std::function<tlscore::Result<std::string>()> contents{};  ///< Called on a thread; empty: `generation`.
    std::function<tlscore::Result<OwnCertificate>(const tlscore::x509::PublicKey& key,
                                                  const std::string& user_id)>
        own{};
  };
  using Answer = std::shared_ptr<const KeyringAnswer>;

  KeyringLookups(tlscore::EventLoop& loop, Source source);
  KeyringLookups(tlscore::EventLoop& loop, const std::shared_ptr<const Keyring>& keyring);
  ~KeyringLookups();
  KeyringLookups(const KeyringLookups&) = delete;
  KeyringLookups& operator=(const KeyringLookups&) = delete;

  /// What the keyring says of `certificate` (binary) and of the key in it that has `key_id`. Several who ask
  /// the same at once are answered by one look. An error is not remembered.
  ///
  /// Fails as Keyring's functions do, with TimedOut after kLimit, with TooLarge beyond kMaxPending, and with
  /// the reason of `cancel`.
  tlscore::Task<tlscore::Result<Answer>> answer(tlscore::Bytes certificate, std::string key_id,
                                                tlscore::Cancel& cancel);

  /// The user's own copy of a certificate, as Keyring::stored gives and refuses it; with TimedOut after
  /// kLimit, and with the reason of `cancel`. Not remembered.
  tlscore::Task<tlscore::Result<tlscore::Bytes>> stored(std::string fingerprint, tlscore::Cancel& cancel);

  /// The user's own certificate, as find_own_openpgp gives and refuses it; with TimedOut after kLimit, and
  /// with the reason of `cancel`. Not remembered.
  tlscore::Task<tlscore::Result<OwnCertificate>> own(tlscore::x509::PublicKey key, std::string user_id,
                                                     tlscore::Cancel& cancel);

  /// A text that is another one after the keyring has changed (keyring_generation.h).
  [[nodiscard]] std::string generation() const;

  /// The same for keyrings that hold the same, on whatever machine; read again after the keyring has changed.
  /// Fails as keyring_contents does, with TimedOut after kLimit, and with the reason of `cancel`.
  tlscore::Task<tlscore::Result<std::string>> contents(tlscore::Cancel& cancel);

  /// How many questions gpg was asked for answer().
  [[nodiscard]] std::uint64_t looks() const;

 private:
  struct State;
  std::shared_ptr<State> m_state;
};

}  // namespace openpgp_auth
