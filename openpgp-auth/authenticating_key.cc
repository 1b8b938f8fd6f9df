// Rules out what can be ruled out without checking a signature.
#include "openpgp-auth/authenticating_key.h"

namespace openpgp_auth {

using tlscore::fail;

namespace {

/// Keys made before there were flags have none, and may do what their algorithm can.
bool may_authenticate(std::optional<std::uint8_t> flags) {
  return !flags || (*flags & (kMayAuthenticate | kMaySign)) != 0;
}

Result<AuthenticatingKey> find_only(const Certificate& certificate, const KeyId& key_id) {
  AuthenticatingKey found{.key = nullptr, .subkey = nullptr};
  if (certificate.primary().key_id == key_id) found.key = &certificate.primary();
  for (const Subkey& subkey : certificate.subkeys()) {
    if (subkey.key.key_id != key_id) continue;
    if (found.key != nullptr)
      return fail(ErrorKind::Refused,
                  "two keys of the OpenPGP certificate have the key ID " + key_id.to_hex());
    found = {.key = &subkey.key, .subkey = &subkey};
  }
  if (found.key == nullptr)
    return fail(ErrorKind::NotFound, "no key of the OpenPGP certificate has the key ID " + key_id.to_hex());
  return found;
}

}  // namespace

Result<AuthenticatingKey> find_authenticating_key(const Certificate& certificate, const KeyId& key_id) {
  const AuthenticatingKey found = TRY(find_only(certificate, key_id));
  if (!found.key->key)
    return fail(ErrorKind::Unsupported, "the OpenPGP key " + key_id.to_hex() + " is " + found.key->why);
  const SignaturePacket* binding = found.subkey == nullptr ? nullptr : newest(found.subkey->bindings);
  if (found.subkey != nullptr && binding == nullptr)
    return fail(ErrorKind::Refused, "the OpenPGP subkey " + key_id.to_hex() + " has no binding signature");
  if (!may_authenticate(binding == nullptr ? primary_key_flags(certificate) : binding->key_flags))
    return fail(ErrorKind::Refused,
                "the OpenPGP key " + key_id.to_hex() + " may neither authenticate nor sign");
  return found;
}

Result<tlscore::x509::PublicKey> authenticating_key(ByteView body) {
  const CertificateBody shown = TRY(parse_certificate_body(body));
  if (shown.kind == CertificateBody::Kind::Empty)
    return fail(ErrorKind::NotFound, "the peer shows no OpenPGP certificate");
  if (shown.kind == CertificateBody::Kind::SubkeyFingerprint)
    return fail(ErrorKind::Unsupported, "the peer names its key by fingerprint only");
  const Certificate certificate = TRY(Certificate::parse(shown.packets));
  const AuthenticatingKey found = TRY(find_authenticating_key(certificate, shown.key_id));
  return *found.key->key;
}

}  // namespace openpgp_auth
