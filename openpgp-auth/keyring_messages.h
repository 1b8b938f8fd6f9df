// What is asked of the process that asks gpg, and its answer, as octets. Pure.
//
// The proxy may start no programs, and GPGME starts gpg: so each question to the keyring goes to a process of
// its own (keyring_process.h). Numbers are big-endian; texts and octets carry a u32 length, lists a u16
// count.
#pragma once

#include <string>
#include <variant>

#include "openpgp-auth/key_evidence.h"
#include "openpgp-auth/own_certificate.h"
#include "tlscore/base/bytes.h"
#include "tlscore/x509/public_key.h"

namespace openpgp_auth {

/// Keyring::look.
struct LookQuestion {
  Bytes certificate;
  std::string key_id;
};
/// Keyring::stored.
struct StoredQuestion {
  std::string fingerprint;
};
/// find_own_openpgp.
struct OwnQuestion {
  tlscore::x509::PublicKey key;
  std::string user_id;
};

struct KeyringQuestion {
  std::string home;     ///< As Keyring::create takes it.
  std::string scratch;  ///< The same.
  std::variant<LookQuestion, StoredQuestion, OwnQuestion> asked;
};

[[nodiscard]] Bytes encode_keyring_question(const KeyringQuestion& question);
/// Fails with Malformed.
[[nodiscard]] tlscore::Result<KeyringQuestion> decode_keyring_question(ByteView octets);

/// An answer, or the error in its place. T is KeyringAnswer, Bytes or OwnCertificate.
template <class T>
[[nodiscard]] Bytes encode_keyring_answer(const tlscore::Result<T>& answer);
/// The answer, or the error that came in its place; Malformed where it is neither.
template <class T>
[[nodiscard]] tlscore::Result<T> decode_keyring_answer(ByteView octets);

}  // namespace openpgp_auth
