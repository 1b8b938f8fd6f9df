// See ssl_internals.h.
#include "tlscore/tls/ssl_internals.h"

#include <ssl_misc.h>
#include <stddef.h>
#include <string.h>

int latchkey_ssl_certificate_asked(const mbedtls_ssl_context* ssl) {
  return ssl->handshake != NULL && ssl->handshake->client_auth != 0;
}

int latchkey_ssl_extended_master_secret(const mbedtls_ssl_context* ssl) {
  return ssl->handshake != NULL && ssl->handshake->extended_ms == MBEDTLS_SSL_EXTENDED_MS_ENABLED;
}

int latchkey_ssl_resumes_tls12(const mbedtls_ssl_context* ssl) {
  return ssl->handshake != NULL && ssl->handshake->resume != 0;
}

int latchkey_ssl_read_message(mbedtls_ssl_context* ssl) {
  return mbedtls_ssl_read_record(ssl, 1);
}

int latchkey_ssl_write_handshake_message(mbedtls_ssl_context* ssl) {
  return mbedtls_ssl_write_handshake_msg(ssl);
}

int latchkey_ssl_resumes(const mbedtls_ssl_context* ssl) {
  if (ssl->handshake == NULL) return 0;
  if (ssl->tls_version == MBEDTLS_SSL_VERSION_TLS1_2)
    return ssl->state == MBEDTLS_SSL_SERVER_CHANGE_CIPHER_SPEC && ssl->handshake->resume != 0;
  const int with_ticket = ssl->handshake->key_exchange_mode & MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_ALL;
  return ssl->state == MBEDTLS_SSL_CLIENT_CERTIFICATE && with_ticket != 0;
}

int latchkey_ssl_server_resumes(const mbedtls_ssl_context* ssl) {
  if (ssl->handshake == NULL) return 0;
  if (ssl->tls_version == MBEDTLS_SSL_VERSION_TLS1_2)
    return ssl->state == MBEDTLS_SSL_SERVER_HELLO && ssl->handshake->resume != 0;
  const int with_ticket = ssl->handshake->key_exchange_mode & MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_PSK_ALL;
  return ssl->state == MBEDTLS_SSL_ENCRYPTED_EXTENSIONS && with_ticket != 0;
}

_Static_assert(sizeof(mbedtls_ssl_key_cert) <= sizeof(struct latchkey_ssl_shown), "the room is too small");

void latchkey_ssl_show(mbedtls_ssl_context* ssl, struct latchkey_ssl_shown* shown,
                       mbedtls_x509_crt* certificate, mbedtls_pk_context* key) {
  mbedtls_ssl_key_cert* key_cert = (mbedtls_ssl_key_cert*)shown;
  key_cert->cert = certificate;
  key_cert->key = key;
  key_cert->next = NULL;
  ssl->handshake->key_cert = key_cert;
}

void latchkey_ssl_prepare_alert(mbedtls_ssl_context* ssl) {
  if (mbedtls_ssl_flush_output(ssl) != 0) return;
  mbedtls_ssl_transform* keys = ssl->handshake->transform_handshake;
  if (ssl->tls_version != MBEDTLS_SSL_VERSION_TLS1_3 || keys == NULL || ssl->transform_out == keys) return;
  mbedtls_ssl_set_outbound_transform(ssl, keys);
}

int latchkey_ssl_transcript_hash(mbedtls_ssl_context* ssl, unsigned char* into, size_t room, size_t* size) {
  const mbedtls_md_type_t hash = (mbedtls_md_type_t)ssl->handshake->ciphersuite_info->mac;
  return mbedtls_ssl_get_handshake_transcript(ssl, hash, into, room, size);
}

int latchkey_ssl_write_certificate_verify(mbedtls_ssl_context* ssl, const unsigned char* body, size_t size) {
  unsigned char* message = NULL;
  size_t room = 0;
  int result = mbedtls_ssl_start_handshake_msg(ssl, MBEDTLS_SSL_HS_CERTIFICATE_VERIFY, &message, &room);
  if (result != 0) return result;
  if (size > room) return MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL;
  memcpy(message, body, size);
  result = mbedtls_ssl_add_hs_msg_to_checksum(ssl, MBEDTLS_SSL_HS_CERTIFICATE_VERIFY, message, size);
  return result != 0 ? result : mbedtls_ssl_finish_handshake_msg(ssl, room, size);
}

int latchkey_ssl_fetch_certificate_verify(mbedtls_ssl_context* ssl, unsigned char** body, size_t* size) {
  return mbedtls_ssl_tls13_fetch_handshake_msg(ssl, MBEDTLS_SSL_HS_CERTIFICATE_VERIFY, body, size);
}

void latchkey_ssl_read_again(mbedtls_ssl_context* ssl) {
  ssl->keep_current_message = 1;
}

int latchkey_ssl_note_certificate_verify(mbedtls_ssl_context* ssl, const unsigned char* body, size_t size) {
  return mbedtls_ssl_add_hs_msg_to_checksum(ssl, MBEDTLS_SSL_HS_CERTIFICATE_VERIFY, body, size);
}

int latchkey_ssl_pend_alert(mbedtls_ssl_context* ssl, unsigned char description) {
  mbedtls_ssl_pend_fatal_alert(ssl, description, MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE);
  return MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE;
}

void latchkey_ssl_forget_alert(mbedtls_ssl_context* ssl) {
  ssl->send_alert = 0;
}

const mbedtls_x509_crt* latchkey_ssl_peer_chain(const mbedtls_ssl_context* ssl) {
  const mbedtls_ssl_session* session = ssl->session_negotiate != NULL ? ssl->session_negotiate : ssl->session;
  return session == NULL ? NULL : session->peer_cert;
}
