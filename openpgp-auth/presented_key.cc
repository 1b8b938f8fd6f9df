// The key is found by what TLS has proved, and not by what the certificate says of itself.
#include "openpgp-auth/presented_key.h"

#include <algorithm>

#include "openpgp-auth/back_signature.h"
#include "openpgp-auth/envelope.h"
#include "openpgp-auth/rfc6091_body.h"

namespace openpgp_auth {

using tlscore::fail;
using tlscore::judge::Presented;

namespace {

/// What was presented, in whichever form.
struct Shown {
  Bytes certificate;
  std::optional<KeyId> named;  ///< The key ID that the peer gave beside it.
};

Result<std::optional<Shown>> shown_by(const Presented& presented) {
  if (presented.openpgp.empty()) {
    if (presented.chain.empty()) return std::nullopt;
    const auto envelope = TRY(open_envelope(presented.chain.front()));
    if (!envelope) return std::nullopt;
    const ByteView octets = envelope->certificate.octets();
    return Shown{{octets.begin(), octets.end()}, envelope->key_id};
  }
  auto body = TRY(parse_certificate_body(presented.openpgp));
  switch (body.kind) {
    case CertificateBody::Kind::Empty: return std::nullopt;
    case CertificateBody::Kind::Subkey: return Shown{std::move(body.packets), body.key_id};
    case CertificateBody::Kind::SubkeyFingerprint: break;
  }
  return fail(ErrorKind::Unsupported, "it names its OpenPGP key by fingerprint only");
}

PresentedKey presented_as(const Certificate& certificate, const KeyPacket& key) {
  const ByteView octets = certificate.octets();
  return {{octets.begin(), octets.end()}, key.fingerprint.to_hex(), key.key_id.to_hex()};
}

}  // namespace

Result<std::optional<PresentedKey>> find_presented_key(const Presented& presented) {
  const auto shown = TRY(shown_by(presented));
  if (!shown) return std::nullopt;
  if (!presented.key) return fail(ErrorKind::Refused, "it has not proved a key");
  const auto certificate = TRY(Certificate::parse(shown->certificate));
  const auto is_proved = [&](const KeyPacket& key) {
    return key.key == presented.key && (!shown->named || *shown->named == key.key_id);
  };
  if (is_proved(certificate.primary())) return presented_as(certificate, certificate.primary());
  const auto found = std::ranges::find_if(certificate.subkeys(), is_proved, &Subkey::key);
  if (found == certificate.subkeys().end()) {
    return fail(ErrorKind::Refused, "the key that it has proved is not the one that its certificate is for");
  }
  PresentedKey key = presented_as(certificate, found->key);
  key.has_back_signature = check_back_signature(certificate.primary(), *found).has_value();
  return key;
}

}  // namespace openpgp_auth
