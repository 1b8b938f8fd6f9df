// A connection's life behind the engine's interface.
#include "tlscore/tls/engine.h"

#include "tlscore/tls/engine_state.h"
#include "tlscore/tls/tls_error.h"

namespace tlscore::tls {
namespace {

/// What the peer is told of its refusal (RFC 5246, section 7.2.2).
unsigned char alert_for(ErrorKind why, bool about_openpgp) {
  constexpr unsigned char kCertificateUnobtainable = 111;
  if (why == ErrorKind::Untrusted) return MBEDTLS_SSL_ALERT_MSG_CERT_UNKNOWN;
  if (about_openpgp && why == ErrorKind::NotFound) return kCertificateUnobtainable;
  if (about_openpgp && why == ErrorKind::Unsupported) return MBEDTLS_SSL_ALERT_MSG_UNSUPPORTED_CERT;
  if (about_openpgp && why == ErrorKind::Malformed) return MBEDTLS_SSL_ALERT_MSG_BAD_CERT;
  return MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE;
}

}  // namespace

bool has_form(const Identity& identity, const Negotiated& negotiated) {
  const bool is_openpgp = negotiated.certificate_type == CertificateType::OpenPgp;
  return is_openpgp ? !identity.openpgp.empty() : !identity.chain.empty();
}

std::optional<std::string> why_not_signed(const Identity& identity, const Negotiated& negotiated) {
  const bool is_tls13 = negotiated.version == Version::Tls13;
  if (identity.key.type() == x509::PublicKey::Type::Ed25519) {
    if (!is_tls13) return "an Ed25519 key signs in TLS 1.3 only, and this is TLS 1.2";
    if (!negotiated.takes_ed25519) return "the party does not take signatures of Ed25519 keys";
  }
  const bool wants_pss = is_tls13 && identity.key.type() == x509::PublicKey::Type::Rsa;
  if (wants_pss && !identity.can_rsa_pss && !negotiated.takes_rsa_pkcs1)
    return "TLS 1.3 wants RSA-PSS signatures, which this token's RSA key cannot make";
  return std::nullopt;
}

Engine::Engine(std::unique_ptr<State> state) : m_state(std::move(state)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::create_client(const ClientSettings& settings) {
  auto state = std::make_unique<State>();
  TRY(state->configure_client(settings));
  TRY(state->connect());
  const char* name = settings.server_name.empty() ? nullptr : settings.server_name.c_str();
  if (mbedtls_ssl_set_hostname(state->ssl.get(), name) != 0) {
    return fail(ErrorKind::Malformed, "the host's name is too long for SNI");
  }
  if (settings.resumable && settings.session)
    state->session_offered = settings.session->offer_to(*state->ssl.get());
  return std::unique_ptr<Engine>(new Engine(std::move(state)));
}

Result<std::unique_ptr<Engine>> Engine::create_server(const ServerSettings& settings) {
  auto state = std::make_unique<State>();
  TRY(state->configure(MBEDTLS_SSL_IS_SERVER, settings.alpn));
  TRY(state->configure_server(settings));
  TRY(state->connect());
  return std::unique_ptr<Engine>(new Engine(std::move(state)));
}

Result<Wants> Engine::handshake() {
  mbedtls_ssl_context* ssl = m_state->ssl.get();
  while (mbedtls_ssl_is_handshake_over(ssl) == 0) {
    if (m_state->waits_for_judgement()) {
      m_state->note_negotiated();
      return Wants::Judgement;
    }
    const int code = mbedtls_ssl_handshake_step(ssl);
    if (code == MBEDTLS_ERR_SSL_WANT_READ) return Wants::Input;
    if (code == kSignatureIsComing)
      return m_state->handshake.openpgp.wants_peer_key ? Wants::PeerKey : Wants::Signature;
    if (code != 0) return fail(tls_error(code, *ssl));
    TRY(m_state->is_client ? m_state->note_resumption() : m_state->note_server_resumption());
  }
  m_state->note_negotiated();
  return Wants::Nothing;
}

Result<void> Engine::give_judgement(std::shared_ptr<const Identity> identity) {
  State& state = *m_state;
  state.judged = true;
  if (!identity || !state.negotiated.certificate_asked || !has_form(*identity, state.negotiated)) return {};
  if (auto why = why_not_signed(*identity, state.negotiated))
    return fail(ErrorKind::Refused, std::move(*why));
  if (state.is_tls12() && latchkey_ssl_extended_master_secret(state.ssl.get()) == 0) {
    return fail(ErrorKind::Refused,
                "it speaks TLS 1.2 without extended master secret (RFC 7627), so that "
                "your certificate could be used by somebody in between");
  }
  state.identity = std::move(identity);
  state.identity_chain = sent_chain(state.identity->chain);
  state.handshake.openpgp.own_body = state.identity->openpgp;
  state.handshake.token_key.emplace(*state.identity);
  latchkey_ssl_show(state.ssl.get(), &state.shown, state.identity_chain.data(),
                    state.handshake.token_key->pk());
  state.negotiated.identity_shown = true;
  return {};
}

void Engine::refuse_peer(ErrorKind why) {
  mbedtls_ssl_context* ssl = m_state->ssl.get();
  latchkey_ssl_prepare_alert(ssl);
  const unsigned char alert = alert_for(why, m_state->handshake.openpgp.wants_peer_key);
  static_cast<void>(mbedtls_ssl_send_alert_message(ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL, alert));
}

Result<void> Engine::give_peer_key(std::optional<x509::PublicKey> key) {
  if (!key && m_state->is_client) return fail(ErrorKind::Refused, "the server shows no OpenPGP certificate");
  OpenPgpHandshake& openpgp = m_state->handshake.openpgp;
  openpgp.wants_peer_key = false;
  openpgp.peer_key_given = true;
  openpgp.peer_key = std::move(key);
  return {};
}

const x509::SignatureRequest& Engine::signature_request() const {
  return *m_state->handshake.token_key->wanted();
}

void Engine::give_signature(Bytes signature) {
  m_state->handshake.token_key->give(std::move(signature));
}

std::vector<x509::Certificate> Engine::peer_chain() const {
  return m_state->peer_chain();
}

ByteView Engine::peer_openpgp() const {
  const State& state = *m_state;
  if (state.negotiated.resumed && state.remembered) return state.remembered->openpgp;
  return state.handshake.openpgp.peer_body;
}

std::optional<x509::PublicKey> Engine::peer_key() const {
  return m_state->peer_key();
}

const Negotiated& Engine::negotiated() const {
  return m_state->negotiated;
}

void Engine::on_session(SessionTaker take) {
  if (!m_state->resumable) return;
  m_state->take_session = std::move(take);
  // TLS 1.3 brings its tickets later. A session that was resumed stays what it is.
  const bool has_one = m_state->is_tls12() && m_state->extended_master_secret;
  if (has_one && !m_state->negotiated.resumed) m_state->hand_over_session();
}

void Engine::add_input(ByteView bytes) {
  m_state->input.add(bytes);
}

void Engine::end_input() {
  m_state->input_ended = true;
}

ByteView Engine::output() const {
  return m_state->output.view();
}

void Engine::drop_output(std::size_t count) {
  m_state->output.drop(count);
}

Result<std::optional<std::size_t>> Engine::read(std::span<std::uint8_t> buffer) {
  if (m_state->peer_closed) return std::size_t{0};
  mbedtls_ssl_context* ssl = m_state->ssl.get();
  for (;;) {
    const int code = mbedtls_ssl_read(ssl, buffer.data(), buffer.size());
    if (code > 0) return static_cast<std::size_t>(code);
    // The library stops once in the middle of a ticket that it has.
    if (code == MBEDTLS_ERR_SSL_WANT_READ && ssl->state == MBEDTLS_SSL_TLS1_3_NEW_SESSION_TICKET) continue;
    if (code == MBEDTLS_ERR_SSL_WANT_READ) return std::nullopt;
    if (code == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) {
      m_state->hand_over_session();
      continue;
    }
    if (code != MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY)
      return fail(tls_error(code == 0 ? MBEDTLS_ERR_SSL_CONN_EOF : code, *ssl));
    m_state->peer_closed = true;
    return std::size_t{0};
  }
}

Result<std::size_t> Engine::write(ByteView bytes) {
  const int code = mbedtls_ssl_write(m_state->ssl.get(), bytes.data(), bytes.size());
  if (code < 0) return fail(tls_error(code, *m_state->ssl.get()));
  return static_cast<std::size_t>(code);
}

void Engine::close() {
  static_cast<void>(mbedtls_ssl_close_notify(m_state->ssl.get()));
}

}  // namespace tlscore::tls
