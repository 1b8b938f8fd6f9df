// The server's half of what stands behind an Engine: what it shows of itself, and signatures that a token
// makes.
#include <algorithm>

#include "tlscore/tls/engine_state.h"

namespace tlscore::tls {
namespace {

/// The first type in the client's order that we can show; nothing: none.
std::optional<CertificateType> choose_type(const std::vector<CertificateType>& theirs, const Identity& ours) {
  const auto has = [&ours](CertificateType type) {
    return type == CertificateType::OpenPgp ? !ours.openpgp.empty() : !ours.chain.empty();
  };
  const auto found = std::ranges::find_if(theirs, has);
  return found == theirs.end() ? std::nullopt : std::optional(*found);
}

TokenKey* token_key_of(mbedtls_ssl_context* ssl) {
  auto& key = HandshakeState::of(ssl).token_key;
  return key ? &*key : nullptr;
}

/// TLS 1.2's ServerKeyExchange.
int start_signature(mbedtls_ssl_context* ssl, mbedtls_x509_crt* /*certificate*/, mbedtls_md_type_t hash,
                    const unsigned char* digest, std::size_t digest_size) noexcept {
  TokenKey* const key = token_key_of(ssl);
  if (key == nullptr) return MBEDTLS_ERR_SSL_HW_ACCEL_FALLTHROUGH;
  const bool is_rsa = key->identity().key.type() == x509::PublicKey::Type::Rsa;
  const auto scheme = is_rsa ? x509::SignatureScheme::RsaPkcs1 : x509::SignatureScheme::Ecdsa;
  std::size_t unused = 0;
  return key->sign(scheme, hash, {digest, digest_size}, {}, unused);
}

int take_signature(mbedtls_ssl_context* ssl, unsigned char* into, std::size_t* size,
                   std::size_t room) noexcept {
  return token_key_of(ssl)->take_signature({into, room}, *size);
}

void drop_signature(mbedtls_ssl_context* /*ssl*/) noexcept {}

}  // namespace

Result<void> Engine::State::configure_server(const ServerSettings& settings) {
  mbedtls_ssl_config* its = config.get();
  credential = settings.credential;
  mbedtls_ssl_conf_set_user_data_p(its, this);
  mbedtls_ssl_conf_cert_cb(its, [](mbedtls_ssl_context* connection) noexcept {
    return static_cast<State*>(connection->conf->user_data.p)->show_credential();
  });
  mbedtls_ssl_conf_async_private_cb(its, start_signature, nullptr, take_signature, drop_signature, nullptr);
  mbedtls_ssl_conf_min_tls_version(its, library_version(settings.lowest));
  mbedtls_ssl_conf_max_tls_version(its, library_version(settings.highest));
  takes_openpgp = settings.takes_openpgp;
  if (settings.tickets) {
    tickets = settings.tickets;
    allow_resumption();
    tickets->serve(*its);
  }
  if (settings.ticket_table) serve_tickets(settings);
  // The library proves that the client holds its certificate's key. Whether the client is welcome is not its
  // affair.
  mbedtls_ssl_conf_authmode(
      its, settings.ask_for_certificate ? MBEDTLS_SSL_VERIFY_OPTIONAL : MBEDTLS_SSL_VERIFY_NONE);
  return {};
}

int Engine::State::show_credential() {
  auto made = ShownCredential::create(credential);
  if (!made) return MBEDTLS_ERR_SSL_PK_TYPE_MISMATCH;
  // A second ClientHello (RFC 8446, section 4.1.4) asks again: the first one's is let go of.
  mbedtls_ssl_set_hs_own_cert(ssl.get(), nullptr, nullptr);
  handshake.token_key.reset();
  shown_credential = std::move(*made);
  const Identity& ours = shown_credential->credential().identity;
  OpenPgpHandshake& openpgp = handshake.openpgp;
  const bool is_ed25519 = ours.key.type() == x509::PublicKey::Type::Ed25519;
  if (is_ed25519 && (is_tls12() || !handshake.takes_ed25519)) return 0;  // as below
  if (takes_openpgp && is_tls12() && openpgp.theirs) {
    openpgp.chosen = choose_type(*openpgp.theirs, ours);
    if (!openpgp.chosen) return 0;  // then there is no certificate, and the library says so
    openpgp.own_body = ours.openpgp;
  } else if (ours.chain.empty()) {
    return 0;
  }
  if (!shown_credential->credential().key) handshake.token_key.emplace(ours);
  mbedtls_pk_context* const key =
      handshake.token_key ? handshake.token_key->pk() : shown_credential->credential().key->handle();
  return mbedtls_ssl_set_hs_own_cert(ssl.get(), shown_credential->chain(), key);
}

}  // namespace tlscore::tls
