// The library's buffers, read and written where it reads and writes X.509.
#include "tlscore/tls/openpgp_handshake.h"

#include <mbedtls/platform.h>
#include <mbedtls/ssl.h>

#include <algorithm>

#include "tlscore/tls/handshake_state.h"
#include "tlscore/tls/ssl_internals.h"

namespace tlscore::tls {
namespace {

constexpr std::size_t kHeaderBytes = 4;

int refuse(mbedtls_ssl_context* ssl, unsigned char alert, int code) {
  static_cast<void>(mbedtls_ssl_send_alert_message(ssl, MBEDTLS_SSL_ALERT_LEVEL_FATAL, alert));
  return code;
}

bool holds(const std::vector<CertificateType>& types, CertificateType type) {
  return std::ranges::find(types, type) != types.end();
}

/// The handshake message that was read last; nothing for any other kind of message.
std::optional<ByteView> message_read(const mbedtls_ssl_context& ssl, unsigned char type) {
  const bool is_it =
      ssl.in_msgtype == MBEDTLS_SSL_MSG_HANDSHAKE && ssl.in_hslen >= kHeaderBytes && ssl.in_msg[0] == type;
  if (!is_it) return std::nullopt;
  return ByteView(ssl.in_msg, ssl.in_hslen);
}

/// Puts a key where the library looks for that of the peer's certificate.
int take_peer_key(mbedtls_ssl_context* ssl, const x509::PublicKey& key) {
  auto* const node = static_cast<mbedtls_x509_crt*>(mbedtls_calloc(1, sizeof(mbedtls_x509_crt)));
  if (node == nullptr) return MBEDTLS_ERR_SSL_ALLOC_FAILED;
  mbedtls_x509_crt_init(node);
  mbedtls_ssl_session* const session = ssl->session_negotiate;
  if (session->peer_cert != nullptr) {
    mbedtls_x509_crt_free(session->peer_cert);
    mbedtls_free(session->peer_cert);
  }
  session->peer_cert = node;
  session->verify_result = MBEDTLS_X509_BADCERT_SKIP_VERIFY;
  const ByteView spki = key.spki();
  return mbedtls_pk_parse_public_key(&node->pk, spki.data(), spki.size());
}

int note_client_types(mbedtls_ssl_context* ssl, OpenPgpHandshake& openpgp, ByteView extension) {
  auto types = parse_certificate_types(extension);
  if (!types) return refuse(ssl, MBEDTLS_SSL_ALERT_MSG_DECODE_ERROR, MBEDTLS_ERR_SSL_DECODE_ERROR);
  openpgp.theirs = std::move(*types);
  return 0;
}

int note_server_type(mbedtls_ssl_context* ssl, OpenPgpHandshake& openpgp, ByteView extension) {
  if (openpgp.ours.empty())
    return refuse(ssl, MBEDTLS_SSL_ALERT_MSG_UNSUPPORTED_EXT, MBEDTLS_ERR_SSL_UNSUPPORTED_EXTENSION);
  const auto type = parse_certificate_type(extension);
  if (!type || !holds(openpgp.ours, *type))
    return refuse(ssl, MBEDTLS_SSL_ALERT_MSG_ILLEGAL_PARAMETER, MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER);
  openpgp.chosen = *type;
  return 0;
}

}  // namespace

int write_openpgp_certificate(mbedtls_ssl_context* ssl, ByteView body) {
  if (body.size() > MBEDTLS_SSL_OUT_CONTENT_LEN - kHeaderBytes) return MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL;
  std::ranges::copy(body, ssl->out_msg + kHeaderBytes);
  ssl->out_msgtype = MBEDTLS_SSL_MSG_HANDSHAKE;
  ssl->out_msg[0] = MBEDTLS_SSL_HS_CERTIFICATE;
  ssl->out_msglen = kHeaderBytes + body.size();
  ++ssl->state;
  return latchkey_ssl_write_handshake_message(ssl);
}

int read_openpgp_certificate(mbedtls_ssl_context* ssl) {
  OpenPgpHandshake& openpgp = HandshakeState::of(ssl).openpgp;
  if (const int code = latchkey_ssl_read_message(ssl); code != 0) return code;
  if (!openpgp.peer_key_given) {
    const auto message = message_read(*ssl, MBEDTLS_SSL_HS_CERTIFICATE);
    if (!message)
      return refuse(ssl, MBEDTLS_SSL_ALERT_MSG_UNEXPECTED_MESSAGE, MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE);
    const ByteView body = message->subspan(kHeaderBytes);
    openpgp.peer_body.assign(body.begin(), body.end());
    openpgp.wants_peer_key = true;
    // Read once more when it is known.
    ssl->keep_current_message = 1;
    return kSignatureIsComing;
  }
  if (openpgp.peer_key) {
    if (take_peer_key(ssl, *openpgp.peer_key) != 0)
      return refuse(ssl, MBEDTLS_SSL_ALERT_MSG_UNSUPPORTED_CERT, MBEDTLS_ERR_SSL_BAD_CERTIFICATE);
  } else {
    ssl->session_negotiate->verify_result = MBEDTLS_X509_BADCERT_MISSING;
  }
  ++ssl->state;
  return 0;
}

int note_certificate_types(mbedtls_ssl_context* ssl) {
  const bool is_client = ssl->conf->endpoint == MBEDTLS_SSL_IS_CLIENT;
  const int waits_in = is_client ? MBEDTLS_SSL_SERVER_HELLO : MBEDTLS_SSL_CLIENT_HELLO;
  if (ssl->state != waits_in) return 0;
  const auto hello =
      message_read(*ssl, is_client ? MBEDTLS_SSL_HS_SERVER_HELLO : MBEDTLS_SSL_HS_CLIENT_HELLO);
  if (!hello) return 0;
  const auto extension = find_certificate_types(*hello);
  if (!extension) return refuse(ssl, MBEDTLS_SSL_ALERT_MSG_DECODE_ERROR, MBEDTLS_ERR_SSL_DECODE_ERROR);
  if (!*extension) return 0;
  OpenPgpHandshake& openpgp = HandshakeState::of(ssl).openpgp;
  return is_client ? note_server_type(ssl, openpgp, **extension)
                   : note_client_types(ssl, openpgp, **extension);
}

}  // namespace tlscore::tls
