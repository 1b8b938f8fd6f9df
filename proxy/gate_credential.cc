// A key is looked for with each connection: tokens come and go.
#include "proxy/gate_credential.h"

#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;

namespace {

std::vector<Bytes> octets_of(const std::vector<x509::Certificate>& chain) {
  std::vector<Bytes> octets;
  for (const x509::Certificate& certificate : chain) {
    const ByteView der = certificate.der();
    octets.emplace_back(der.begin(), der.end());
  }
  return octets;
}

}  // namespace

Result<GateCredential> gate_credential(const GateServerIdentity& identity, const Tokens* tokens) {
  tls::ServerCredential shown{.identity = {.chain = octets_of(identity.chain),
                                           .key = identity.public_key(),
                                           .openpgp = identity.openpgp},
                              .key = identity.key};
  GateCredential credential;
  if (identity.public_key().type() == x509::PublicKey::Type::Ed25519) {
    credential.lowest = tls::Version::Tls13;
    credential.why_limited =
        "the gate's key here is an Ed25519 key, which signs in TLS 1.3 only, for clients "
        "that take ed25519";
  }
  if (identity.key || identity.ed25519_key) {
    credential.shown = std::make_shared<const tls::ServerCredential>(std::move(shown));
    return credential;
  }
  if (tokens == nullptr) return fail(ErrorKind::Disarmed, "this gate has no tokens");
  auto armed = TRY(tokens->armed_key(identity.token_key));
  if (armed.key.public_key != identity.public_key()) {
    return fail(ErrorKind::Disarmed, "the key " + printable(identity.token_key) +
                                         " on the token is another one than the certificate's");
  }
  shown.identity.can_rsa_pss = armed.key.mechanisms.rsa_pss;
  const bool is_rsa = identity.public_key().type() == x509::PublicKey::Type::Rsa;
  credential.shown = std::make_shared<const tls::ServerCredential>(std::move(shown));
  credential.token = std::move(armed.token);
  if (is_rsa && !armed.key.mechanisms.rsa_pss) {
    // RFC 9963 helps clients only.
    credential.highest = tls::Version::Tls12;
    credential.why_limited =
        "the gate speaks TLS 1.2 only, because its RSA key is on a token that makes no RSA-PSS signatures";
  }
  return credential;
}

}  // namespace proxy
