// mbedTLS's connection behind the engine's interface.
#include "tlscore/tls/engine.h"

#include <mbedtls/ssl.h>

#include <algorithm>
#include <array>

#include "tlscore/base/c_handle.h"
#include "tlscore/tls/handshake_state.h"
#include "tlscore/tls/octet_queue.h"
#include "tlscore/tls/ssl_internals.h"
#include "tlscore/tls/tls_error.h"
#include "tlscore/x509/random.h"

namespace tlscore::tls {
namespace {

using SslContext = CValue<mbedtls_ssl_context, mbedtls_ssl_init, mbedtls_ssl_free>;
using SslConfig = CValue<mbedtls_ssl_config, mbedtls_ssl_config_init, mbedtls_ssl_config_free>;
using CertificateChain = CValue<mbedtls_x509_crt, mbedtls_x509_crt_init, mbedtls_x509_crt_free>;

constexpr auto kCipherSuites = std::to_array<int>({
    MBEDTLS_TLS1_3_AES_128_GCM_SHA256,
    MBEDTLS_TLS1_3_AES_256_GCM_SHA384,
    MBEDTLS_TLS1_3_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    0,
});

mbedtls_ssl_protocol_version library_version(Version version) {
  return version == Version::Tls12 ? MBEDTLS_SSL_VERSION_TLS1_2 : MBEDTLS_SSL_VERSION_TLS1_3;
}

/// Our certificates as the library sends them: octets, and a next one. They need not be parsed for that.
std::vector<mbedtls_x509_crt> sent_chain(const Identity& identity) {
  std::vector<mbedtls_x509_crt> nodes(identity.chain.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    nodes[i].raw.p = const_cast<unsigned char*>(identity.chain[i].data());
    nodes[i].raw.len = identity.chain[i].size();
    nodes[i].next = i + 1 < nodes.size() ? &nodes[i + 1] : nullptr;
  }
  return nodes;
}

}  // namespace

/// In the order of creation: the library's connection points to everything before it.
struct Engine::State {
  SslConfig config;
  std::vector<std::string> alpn;
  std::vector<const char*> alpn_pointers;
  CertificateChain server_chain;
  std::shared_ptr<x509::PrivateKey> server_key;
  std::shared_ptr<const Identity> identity;
  std::vector<mbedtls_x509_crt> identity_chain;
  latchkey_ssl_shown shown{};
  HandshakeState handshake;
  SslContext ssl;

  bool is_client = true;
  bool judged = false;
  bool peer_closed = false;
  OctetQueue input;
  bool input_ended = false;
  OctetQueue output;
  Negotiated negotiated;

  Result<void> configure(int endpoint, const std::vector<std::string>& protocols);
  Result<void> configure_server(const ServerSettings& settings);
  Result<void> connect();
  void note_negotiated();
  [[nodiscard]] bool is_tls12() { return ssl.get()->tls_version == MBEDTLS_SSL_VERSION_TLS1_2; }
  [[nodiscard]] bool waits_for_judgement() {
    return is_client && !judged && ssl.get()->state == MBEDTLS_SSL_CLIENT_CERTIFICATE;
  }

  static int send(void* self, const unsigned char* octets, std::size_t size) noexcept;
  static int receive(void* self, unsigned char* into, std::size_t room) noexcept;
};

int Engine::State::send(void* self, const unsigned char* octets, std::size_t size) noexcept {
  static_cast<State*>(self)->output.add({octets, size});
  return static_cast<int>(size);
}

int Engine::State::receive(void* self, unsigned char* into, std::size_t room) noexcept {
  auto& state = *static_cast<State*>(self);
  if (state.input.empty()) return state.input_ended ? 0 : MBEDTLS_ERR_SSL_WANT_READ;
  const ByteView octets = state.input.view().first(std::min(room, state.input.view().size()));
  std::ranges::copy(octets, into);
  state.input.drop(octets.size());
  return static_cast<int>(octets.size());
}

Result<void> Engine::State::configure(int endpoint, const std::vector<std::string>& protocols) {
  TRY(x509::init_crypto());
  mbedtls_ssl_config* its = config.get();
  if (mbedtls_ssl_config_defaults(its, endpoint, MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT) !=
      0) {
    return fail(ErrorKind::Internal, "TLS cannot be set up");
  }
  is_client = endpoint == MBEDTLS_SSL_IS_CLIENT;
  mbedtls_ssl_conf_rng(its, x509::random, nullptr);
  mbedtls_ssl_conf_ciphersuites(its, kCipherSuites.data());
  mbedtls_ssl_conf_tls13_key_exchange_modes(its, MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL);
  mbedtls_ssl_conf_session_tickets(its, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
  if (protocols.empty()) return {};
  alpn = protocols;
  for (const std::string& protocol : alpn) alpn_pointers.push_back(protocol.c_str());
  alpn_pointers.push_back(nullptr);
  if (mbedtls_ssl_conf_alpn_protocols(its, alpn_pointers.data()) != 0) {
    return fail(ErrorKind::Malformed, "a protocol name for ALPN is empty or too long");
  }
  return {};
}

Result<void> Engine::State::configure_server(const ServerSettings& settings) {
  server_key = settings.key;
  for (const x509::Certificate& certificate : settings.chain) {
    const ByteView der = certificate.der();
    if (mbedtls_x509_crt_parse_der(server_chain.get(), der.data(), der.size()) != 0) {
      return fail(ErrorKind::Malformed, "a certificate of the server's own cannot be read");
    }
  }
  if (mbedtls_ssl_conf_own_cert(config.get(), server_chain.get(), server_key->handle()) != 0) {
    return fail(ErrorKind::Internal, "no memory for a TLS server");
  }
  // The library proves that the client holds its certificate's key. Whether the client is welcome is not its
  // affair.
  mbedtls_ssl_conf_authmode(
      config.get(), settings.ask_for_certificate ? MBEDTLS_SSL_VERIFY_OPTIONAL : MBEDTLS_SSL_VERIFY_NONE);
  return {};
}

Result<void> Engine::State::connect() {
  mbedtls_ssl_set_user_data_p(ssl.get(), &handshake);
  if (mbedtls_ssl_setup(ssl.get(), config.get()) != 0) {
    return fail(ErrorKind::Internal, "no memory for a TLS connection");
  }
  mbedtls_ssl_set_bio(ssl.get(), this, send, receive, nullptr);
  return {};
}

void Engine::State::note_negotiated() {
  mbedtls_ssl_context* its = ssl.get();
  negotiated.version = is_tls12() ? Version::Tls12 : Version::Tls13;
  if (const char* suite = mbedtls_ssl_get_ciphersuite(its); suite != nullptr) negotiated.cipher_suite = suite;
  if (const char* protocol = mbedtls_ssl_get_alpn_protocol(its); protocol != nullptr)
    negotiated.alpn = protocol;
  if (latchkey_ssl_certificate_asked(its) != 0) negotiated.certificate_asked = true;
  negotiated.takes_rsa_pkcs1 = !is_tls12() && handshake.takes_rsa_pkcs1;
}

bool can_sign(const Identity& identity, const Negotiated& negotiated) {
  const bool wants_pss =
      negotiated.version == Version::Tls13 && identity.key.type() == x509::PublicKey::Type::Rsa;
  return !wants_pss || identity.can_rsa_pss || negotiated.takes_rsa_pkcs1;
}

Engine::Engine(std::unique_ptr<State> state) : m_state(std::move(state)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::create_client(const ClientSettings& settings) {
  auto state = std::make_unique<State>();
  TRY(state->configure(MBEDTLS_SSL_IS_CLIENT, settings.alpn));
  // The judgement is ours (give_judgement); the library still checks that the peer holds its certificate's
  // key.
  mbedtls_ssl_conf_authmode(state->config.get(), MBEDTLS_SSL_VERIFY_NONE);
  mbedtls_ssl_conf_min_tls_version(state->config.get(), library_version(settings.lowest));
  mbedtls_ssl_conf_max_tls_version(state->config.get(), library_version(settings.highest));
  TRY(state->connect());
  const char* name = settings.server_name.empty() ? nullptr : settings.server_name.c_str();
  if (mbedtls_ssl_set_hostname(state->ssl.get(), name) != 0) {
    return fail(ErrorKind::Malformed, "the host's name is too long for SNI");
  }
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
    if (code == kSignatureIsComing) return Wants::Signature;
    if (code != 0) return fail(tls_error(code, *ssl));
  }
  m_state->note_negotiated();
  return Wants::Nothing;
}

Result<void> Engine::give_judgement(std::shared_ptr<const Identity> identity) {
  State& state = *m_state;
  state.judged = true;
  if (!identity || !state.negotiated.certificate_asked) return {};
  if (!can_sign(*identity, state.negotiated)) {
    return fail(ErrorKind::Refused,
                "TLS 1.3 wants RSA-PSS signatures, which this token's RSA key cannot make");
  }
  if (state.is_tls12() && latchkey_ssl_extended_master_secret(state.ssl.get()) == 0) {
    return fail(ErrorKind::Refused,
                "it speaks TLS 1.2 without extended master secret (RFC 7627), so that "
                "your certificate could be used by somebody in between");
  }
  state.identity = std::move(identity);
  state.identity_chain = sent_chain(*state.identity);
  state.handshake.token_key.emplace(*state.identity);
  latchkey_ssl_show(state.ssl.get(), &state.shown, state.identity_chain.data(),
                    state.handshake.token_key->pk());
  state.negotiated.identity_shown = true;
  return {};
}

void Engine::refuse_peer(ErrorKind why) {
  mbedtls_ssl_context* ssl = m_state->ssl.get();
  latchkey_ssl_prepare_alert(ssl);
  const unsigned char alert = why == ErrorKind::Untrusted ? MBEDTLS_SSL_ALERT_MSG_CERT_UNKNOWN
                                                          : MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE;
  static_cast<void>(mbedtls_ssl_send_alert_message(ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL, alert));
}

const x509::SignatureRequest& Engine::signature_request() const {
  return *m_state->handshake.token_key->wanted();
}

void Engine::give_signature(Bytes signature) {
  m_state->handshake.token_key->give(std::move(signature));
}

std::vector<x509::Certificate> Engine::peer_chain() const {
  std::vector<x509::Certificate> chain;
  for (const mbedtls_x509_crt* node = latchkey_ssl_peer_chain(m_state->ssl.get()); node != nullptr;
       node = node->next) {
    auto certificate = x509::Certificate::parse_der({node->raw.p, node->raw.len});
    if (!certificate) break;
    chain.push_back(std::move(*certificate));
  }
  return chain;
}

const Negotiated& Engine::negotiated() const {
  return m_state->negotiated;
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
    if (code == MBEDTLS_ERR_SSL_WANT_READ) return std::nullopt;
    if (code == MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET) continue;
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
