// The few things that we need of mbedTLS's own state of a handshake. Its private header is C and no C++, so
// the functions behind this one are C; nothing else is.
//
// All of them want a handshake that is under way, on the connection that is given, unless they say otherwise.
#pragma once

#include <mbedtls/ssl.h>

#if !defined(MBEDTLS_THREADING_PTHREAD) || !defined(MBEDTLS_SSL_ASYNC_PRIVATE) || \
    defined(MBEDTLS_KEY_EXCHANGE_RSA_ENABLED)
#error "mbedTLS's headers were read without latchkey_mbedtls.h: the library's structures would be others"
#endif

#ifdef __cplusplus
extern "C" {
#endif

/// Has the server asked for a certificate?
int latchkey_ssl_certificate_asked(const mbedtls_ssl_context* ssl);

/// Has the server agreed to resume the session that was offered? To be asked after each step: only the one
/// that says so tells.
int latchkey_ssl_resumes(const mbedtls_ssl_context* ssl);

/// Does this TLS 1.2 handshake resume a session, on either side?
int latchkey_ssl_resumes_tls12(const mbedtls_ssl_context* ssl);

/// Has this server agreed to resume the session of a ticket? To be asked after each step: only the ones
/// behind the ClientHello tell.
int latchkey_ssl_server_resumes(const mbedtls_ssl_context* ssl);

/// Was extended master secret agreed on (RFC 7627)? No, once the handshake is over.
int latchkey_ssl_extended_master_secret(const mbedtls_ssl_context* ssl);

/// Room for one mbedtls_ssl_key_cert, which the public headers do not define.
struct latchkey_ssl_shown {
  void* room[3];
};

/// Shows this certificate and key where the library would show those of its configuration. Borrowed until the
/// handshake ends. `certificate` may be a list of nodes of which only `raw` and `next` are set.
void latchkey_ssl_show(mbedtls_ssl_context* ssl, struct latchkey_ssl_shown* shown,
                       mbedtls_x509_crt* certificate, mbedtls_pk_context* key);

/// Makes the connection ready for an alert: what is written but not out goes out first, because the library
/// would send that in the alert's place; and in TLS 1.3 the handshake keys protect what follows, as they have
/// to before our certificate was sent. Those keys are set once only: again would start the record counter,
/// and with it the nonces, again.
void latchkey_ssl_prepare_alert(mbedtls_ssl_context* ssl);

/// The hash of the handshake's messages so far, that of the cipher suite (RFC 8446, section 4.4.1); 0, or an
/// error code of the library's. `room` is at least MBEDTLS_MD_MAX_SIZE.
int latchkey_ssl_transcript_hash(mbedtls_ssl_context* ssl, unsigned char* into, size_t room, size_t* size);

/// Writes a CertificateVerify with this body (section 4.4.3); 0, or an error code of the library's.
int latchkey_ssl_write_certificate_verify(mbedtls_ssl_context* ssl, const unsigned char* body, size_t size);

/// Reads the next handshake message, which counts for the transcript; 0, or an error code of the library's.
int latchkey_ssl_read_message(mbedtls_ssl_context* ssl);

/// Sends what lies in the output buffer as a handshake message of TLS 1.2, its header's length filled in; 0,
/// or an error code of the library's.
int latchkey_ssl_write_handshake_message(mbedtls_ssl_context* ssl);

/// The peer's CertificateVerify, which comes next: 0 and its body, which the library holds until the next
/// one; or an error code of the library's, among them MBEDTLS_ERR_SSL_WANT_READ.
int latchkey_ssl_fetch_certificate_verify(mbedtls_ssl_context* ssl, unsigned char** body, size_t* size);

/// The library is to read the message that it holds once more.
void latchkey_ssl_read_again(mbedtls_ssl_context* ssl);

/// Counts the CertificateVerify with this body among the handshake's messages; 0, or an error code.
int latchkey_ssl_note_certificate_verify(mbedtls_ssl_context* ssl, const unsigned char* body, size_t size);

/// Readies a fatal alert, and returns MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE.
int latchkey_ssl_pend_alert(mbedtls_ssl_context* ssl, unsigned char description);

/// Takes back an alert that the library means to send.
void latchkey_ssl_forget_alert(mbedtls_ssl_context* ssl);

/// The peer's certificates during the handshake and after it; null: none.
const mbedtls_x509_crt* latchkey_ssl_peer_chain(const mbedtls_ssl_context* ssl);

#ifdef __cplusplus
}
#endif
