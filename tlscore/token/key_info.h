// A key on a token, as everybody outside the signer knows it. Plain data; no PKCS#11 handle in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tlscore/base/bytes.h"
#include "tlscore/x509/public_key.h"
#include "tlscore/x509/signature.h"

namespace tlscore::token {

/// The schemes that a key *and* its token can do. What is offered in a handshake is bounded by this.
struct Mechanisms {
  bool rsa_pkcs1 = false;  ///< CKM_RSA_PKCS
  bool rsa_pss = false;    ///< CKM_RSA_PKCS_PSS. Many cards lack it.
  bool ecdsa = false;      ///< CKM_ECDSA
  bool ed25519 = false;    ///< CKM_EDDSA

  [[nodiscard]] bool has(x509::SignatureScheme scheme) const {
    switch (scheme) {
      case x509::SignatureScheme::RsaPkcs1: return rsa_pkcs1;
      case x509::SignatureScheme::RsaPss: return rsa_pss;
      case x509::SignatureScheme::Ecdsa: return ecdsa;
      case x509::SignatureScheme::Ed25519: return ed25519;
    }
    return false;
  }
  friend bool operator==(const Mechanisms&, const Mechanisms&) = default;
};

/// A private key that can sign, and what is public about it.
struct KeyInfo {
  Bytes id;           ///< CKA_ID, at most 255 octets; a certificate with the same one belongs to this key.
  std::string label;  ///< CKA_LABEL, at most 255 octets, the token's own words.
  x509::PublicKey public_key;
  std::string fingerprint;  ///< SHA-256 of the SubjectPublicKeyInfo, 64 lower-case hexadecimal digits.
  std::string uri;          ///< RFC 7512: token, id and label, type=private.
  Mechanisms mechanisms;
  bool always_authenticate = false;  ///< CKA_ALWAYS_AUTHENTICATE: every signature asks for the PIN.
  bool unlocked = false;             ///< The private key was seen. Before the login, most tokens hide it.
  std::optional<Bytes> certificate;  ///< X.509 DER from the token, if it is for this very key.

  friend bool operator==(const KeyInfo&, const KeyInfo&) = default;
};

}  // namespace tlscore::token
