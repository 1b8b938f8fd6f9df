// From a Certificate message to a key.
#include "proxy/peer_openpgp.h"

#include "openpgp-auth/authenticating_key.h"

namespace proxy {

using namespace tlscore;

Task<Result<std::optional<x509::PublicKey>>> key_of_openpgp(openpgp_auth::KeyringLookups& keyring,
                                                            const tls::Engine& engine, Bytes& body,
                                                            Cancel& cancel) {
  using Kind = openpgp_auth::CertificateBody::Kind;
  const ByteView sent = engine.peer_openpgp();
  body.assign(sent.begin(), sent.end());
  auto parsed = openpgp_auth::parse_certificate_body(sent);
  if (!parsed) co_return fail(parsed.error());
  if (parsed->kind == Kind::Empty) co_return std::nullopt;
  if (parsed->kind == Kind::SubkeyFingerprint) {
    const std::string fingerprint = parsed->fingerprint.to_hex();
    auto stored = co_await keyring.stored(fingerprint, cancel);
    if (!stored)
      co_return fail(ErrorKind::NotFound,
                     "the other side only names its OpenPGP key, " + fingerprint +
                         ", and the keyring cannot tell which that is: " + stored.error().message);
    parsed->kind = Kind::Subkey;
    parsed->packets = std::move(*stored);
    auto whole = openpgp_auth::write_certificate_body(*parsed);
    if (!whole) co_return fail(whole.error());
    body = std::move(*whole);
  }
  auto key = openpgp_auth::authenticating_key(body);
  if (!key) co_return fail(key.error());
  co_return std::move(*key);
}

}  // namespace proxy
