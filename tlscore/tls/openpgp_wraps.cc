// The wraps of mbedTLS's functions that RFC 6091 needs (see wraps.cc for the others). TLS 1.2 only: each does
// what the original does unless an OpenPGP certificate was offered or agreed on.
#include <mbedtls/ssl.h>

#include <algorithm>

#include "tlscore/tls/handshake_state.h"
#include "tlscore/tls/openpgp_handshake.h"
#include "tlscore/tls/ssl_internals.h"

using tlscore::Bytes;
using tlscore::ByteView;
using tlscore::tls::HandshakeState;
using tlscore::tls::OpenPgpHandshake;

namespace {

bool is_client(const mbedtls_ssl_context* ssl) {
  return ssl->conf->endpoint == MBEDTLS_SSL_IS_CLIENT;
}

bool writes_server_hello(const mbedtls_ssl_context* ssl) {
  return !is_client(ssl) && ssl->tls_version == MBEDTLS_SSL_VERSION_TLS1_2 &&
         ssl->out_msgtype == MBEDTLS_SSL_MSG_HANDSHAKE && ssl->out_msg[0] == MBEDTLS_SSL_HS_SERVER_HELLO;
}

/// Puts an extension at the end of the ServerHello that is about to be sent.
int add_extension(mbedtls_ssl_context* ssl, ByteView extension) {
  const auto longer = tlscore::tls::with_extension({ssl->out_msg, ssl->out_msglen}, extension);
  if (!longer || longer->size() > MBEDTLS_SSL_OUT_CONTENT_LEN) return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
  std::ranges::copy(*longer, ssl->out_msg);
  ssl->out_msglen = longer->size();
  return 0;
}

}  // namespace

// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {

int __real_mbedtls_ssl_tls12_write_client_hello_exts(mbedtls_ssl_context* ssl, unsigned char* begin,
                                                     const unsigned char* end, int uses_ec, size_t* size);
int __real_mbedtls_ssl_read_record(mbedtls_ssl_context* ssl, unsigned update_digest);
int __real_mbedtls_ssl_write_handshake_msg_ext(mbedtls_ssl_context* ssl, int update_checksum,
                                               int force_flush);
int __real_mbedtls_ssl_write_certificate(mbedtls_ssl_context* ssl);
int __real_mbedtls_ssl_parse_certificate(mbedtls_ssl_context* ssl);

/// A client's offer. The original is called only where TLS 1.2 is offered.
int __wrap_mbedtls_ssl_tls12_write_client_hello_exts(mbedtls_ssl_context* ssl, unsigned char* begin,
                                                     const unsigned char* end, int uses_ec, size_t* size) {
  const int result = __real_mbedtls_ssl_tls12_write_client_hello_exts(ssl, begin, end, uses_ec, size);
  const OpenPgpHandshake& openpgp = HandshakeState::of(ssl).openpgp;
  if (result != 0 || openpgp.ours.empty()) return result;
  const Bytes extension = tlscore::tls::write_certificate_types(openpgp.ours);
  unsigned char* const at = begin + *size;
  if (extension.size() > static_cast<std::size_t>(end - at)) return MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL;
  std::ranges::copy(extension, at);
  *size += extension.size();
  return 0;
}

/// Every handshake message passes here: the two hellos are looked into.
int __wrap_mbedtls_ssl_read_record(mbedtls_ssl_context* ssl, unsigned update_digest) {
  const int result = __real_mbedtls_ssl_read_record(ssl, update_digest);
  return result != 0 ? result : tlscore::tls::note_certificate_types(ssl);
}

/// A server's answer, which a session that is resumed has none of: it is in the session.
int __wrap_mbedtls_ssl_write_handshake_msg_ext(mbedtls_ssl_context* ssl, int update_checksum,
                                               int force_flush) {
  const OpenPgpHandshake& openpgp = HandshakeState::of(ssl).openpgp;
  if (openpgp.chosen && writes_server_hello(ssl) && latchkey_ssl_resumes_tls12(ssl) == 0) {
    const int result = add_extension(ssl, tlscore::tls::write_certificate_type(*openpgp.chosen));
    if (result != 0) return result;
  }
  return __real_mbedtls_ssl_write_handshake_msg_ext(ssl, update_checksum, force_flush);
}

int __wrap_mbedtls_ssl_write_certificate(mbedtls_ssl_context* ssl) {
  const OpenPgpHandshake& openpgp = HandshakeState::of(ssl).openpgp;
  const bool is_silent = is_client(ssl) && latchkey_ssl_certificate_asked(ssl) == 0;
  if (!openpgp.in_use() || is_silent) return __real_mbedtls_ssl_write_certificate(ssl);
  return tlscore::tls::write_openpgp_certificate(
      ssl, openpgp.own_body.empty() ? ByteView(tlscore::tls::kEmptyOpenPgpBody) : openpgp.own_body);
}

int __wrap_mbedtls_ssl_parse_certificate(mbedtls_ssl_context* ssl) {
  const bool is_silent = !is_client(ssl) && ssl->conf->authmode == MBEDTLS_SSL_VERIFY_NONE;
  if (!HandshakeState::of(ssl).openpgp.in_use() || is_silent)
    return __real_mbedtls_ssl_parse_certificate(ssl);
  return tlscore::tls::read_openpgp_certificate(ssl);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
