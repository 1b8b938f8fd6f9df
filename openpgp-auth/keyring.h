// The user's OpenPGP keyring, and GnuPG's word on certificates that peers present.
//
// Everything here asks gpg, so it blocks for tens of milliseconds: it is for threads (tlscore/base/worker.h),
// never for the loop. Nothing here decides; key_evidence.h does.
#pragma once

#include <string>
#include <vector>

#include "openpgp-auth/checked_certificate.h"
#include "openpgp-auth/keyring_generation.h"
#include "openpgp-auth/scratch_folder.h"
#include "tlscore/base/bytes.h"
#include "tlscore/x509/public_key.h"

namespace openpgp_auth {

class GpgmeContext;

/// Offline, whatever gpg.conf says: no dirmngr, no agent, no retrieval of keys, no question to the user. The
/// user's home is only read, but for what gpg itself keeps up when it is asked (trustdb, TOFU).
///
/// Immutable; any thread may use it, several at once. Errors of every function: NotFound where GnuPG is not
/// installed, TimedOut where it hangs, Internal where it fails. A gpg that broke off is an error, never a
/// shorter answer.
class Keyring {
 public:
  static constexpr std::size_t kMaxReceivedBytes = std::size_t{64} * 1024;
  static constexpr std::size_t kMaxStoredBytes = std::size_t{1024} * 1024;

  /// `home` empty: $GNUPGHOME, else ~/.gnupg. A home that does not exist is an empty keyring, and is not
  /// made. `scratch` is a folder that is there and that only this user may write to; what is put there goes
  /// again.
  static tlscore::Result<Keyring> create(std::string home, const std::string& scratch);

  /// The user's GnuPG home: a path, or empty where the user has neither $GNUPGHOME nor a home.
  [[nodiscard]] const std::string& home() const { return m_home; }

  /// See keyring_generation.h: does not ask gpg, and does not block.
  [[nodiscard]] std::string generation() const { return keyring_generation(m_home); }
  /// See keyring_generation.h: does not ask gpg either, but blocks.
  [[nodiscard]] tlscore::Result<std::string> contents() const { return keyring_contents(m_home); }

  /// Has GnuPG check a certificate as it came from the network, together with the user's own copy, if there
  /// is one: so that a revocation which we have counts, whatever was left out of what was presented. And says
  /// what the user's keyring knows of its primary key, and of all keys with the key ID `key_id`.
  ///
  /// Fails with TooLarge over kMaxReceivedBytes, and with Malformed where `received` is not one primary key
  /// with a good self-signature.
  [[nodiscard]] tlscore::Result<KeyringAnswer> look(tlscore::ByteView received,
                                                    const std::string& key_id) const;

  /// The same, where only the certificate is asked about.
  [[nodiscard]] tlscore::Result<CheckedCertificate> check(tlscore::ByteView received) const;

  /// The user's own copy of a certificate: binary, without others' signatures and without images. Fails with
  /// NotFound where there is none, and TooLarge over kMaxStoredBytes.
  [[nodiscard]] tlscore::Result<tlscore::Bytes> stored(const std::string& fingerprint) const;

  /// What the user's keyring says of this primary key.
  [[nodiscard]] tlscore::Result<KeyValidity> validity(const std::string& fingerprint) const;

  /// The certificates in the user's keyring with a key of this algorithm and length that may authenticate or
  /// sign, as GnuPG finds them. Fails with TooLarge for more than kMaxLike.
  static constexpr std::size_t kMaxLike = 64;
  [[nodiscard]] tlscore::Result<std::vector<CheckedCertificate>> certificates_like(
      const tlscore::x509::PublicKey& key) const;

  /// The primary keys in the user's keyring that have the key with this fingerprint as a subkey: more than
  /// one if somebody adopted it.
  [[nodiscard]] tlscore::Result<std::vector<std::string>> primaries_with_subkey(
      const std::string& fingerprint) const;

 private:
  Keyring(std::string home, ScratchFolder scratch) : m_home(std::move(home)), m_scratch(std::move(scratch)) {}
  [[nodiscard]] bool is_empty() const;
  [[nodiscard]] tlscore::Result<GpgmeContext> open() const;
  [[nodiscard]] std::string program() const { return m_scratch.path() + "/gpg"; }

  std::string m_home;
  ScratchFolder m_scratch;
};

}  // namespace openpgp_auth
