// How mbedTLS is set up for a connection, and what is read from it on the way.
#include "tlscore/tls/engine_state.h"

#include <algorithm>
#include <array>

#include "tlscore/x509/random.h"

namespace tlscore::tls {
namespace {

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

/// The library writes "TLS1-3-AES-128-GCM-SHA256" and "TLS-ECDHE-RSA-WITH-AES-128-GCM-SHA256".
std::string iana_name(std::string name) {
  if (name.starts_with("TLS1-3-")) name.replace(0, 7, "TLS_");
  std::ranges::replace(name, '-', '_');
  return name;
}

}  // namespace

mbedtls_ssl_protocol_version library_version(Version version) {
  return version == Version::Tls12 ? MBEDTLS_SSL_VERSION_TLS1_2 : MBEDTLS_SSL_VERSION_TLS1_3;
}

void Engine::State::allow_resumption() {
  mbedtls_ssl_conf_session_tickets(config.get(), MBEDTLS_SSL_SESSION_TICKETS_ENABLED);
  mbedtls_ssl_conf_tls13_key_exchange_modes(
      config.get(),
      MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL | MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_EPHEMERAL);
}

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

Result<void> Engine::State::configure_client(const ClientSettings& settings) {
  TRY(configure(MBEDTLS_SSL_IS_CLIENT, settings.alpn));
  mbedtls_ssl_config* its = config.get();
  // The judgement is ours (give_judgement); the library still checks that the peer holds its certificate's
  // key.
  mbedtls_ssl_conf_authmode(its, MBEDTLS_SSL_VERIFY_NONE);
  mbedtls_ssl_conf_min_tls_version(its, library_version(settings.lowest));
  mbedtls_ssl_conf_max_tls_version(its, library_version(settings.highest));
  handshake.openpgp.ours = settings.certificate_types;
  resumable = settings.resumable;
  if (!resumable) return {};
  allow_resumption();
  mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
      its, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
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
  const mbedtls_ssl_context* const its = ssl.get();
  negotiated.version = is_tls12() ? Version::Tls12 : Version::Tls13;
  if (const char* suite = mbedtls_ssl_get_ciphersuite(its); suite != nullptr)
    negotiated.cipher_suite = iana_name(suite);
  if (const char* protocol = mbedtls_ssl_get_alpn_protocol(its); protocol != nullptr)
    negotiated.alpn = protocol;
  if (handshake.openpgp.in_use()) negotiated.certificate_type = CertificateType::OpenPgp;
  if (latchkey_ssl_certificate_asked(its) != 0) negotiated.certificate_asked = true;
  negotiated.takes_rsa_pkcs1 = !is_tls12() && handshake.takes_rsa_pkcs1;
  negotiated.takes_ed25519 = !is_tls12() && handshake.takes_ed25519;
}

Result<void> Engine::State::note_resumption() {
  if (is_tls12() && latchkey_ssl_extended_master_secret(ssl.get()) != 0) extended_master_secret = true;
  if (!session_offered || latchkey_ssl_resumes(ssl.get()) == 0) return {};
  negotiated.resumed = true;
  if (!is_tls12() || extended_master_secret) return {};
  // RFC 7627, section 5.3. The session had it, or it would not have been kept.
  return fail(ErrorKind::Refused,
              "it resumes a session of TLS 1.2 without extended master secret (RFC 7627)");
}

void Engine::State::hand_over_session() {
  if (!take_session) return;
  if (auto session = Session::take_from(*ssl.get())) take_session(std::move(session));
}

}  // namespace tlscore::tls
