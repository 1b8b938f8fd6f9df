// What `ld --wrap` puts in place of functions of mbedTLS (the names stand in wrapped_symbols.txt), so that
// the library serves us without a patch. Each does one thing more than the original, and the original's
// otherwise.
#include <mbedtls/pk.h>
#include <mbedtls/x509_crt.h>

#include "tlscore/tls/certificate_verify.h"
#include "tlscore/tls/handshake_state.h"
#include "tlscore/tls/ssl_internals.h"
#include "tlscore/tls/token_key.h"
#include "tlscore/x509/certificate.h"

using tlscore::tls::HandshakeState;
using tlscore::tls::TokenKey;

// The linker's names: reserved to the implementation, which it is part of here.
// NOLINTBEGIN(bugprone-reserved-identifier,readability-identifier-naming)
extern "C" {

int __real_mbedtls_pk_sign_ext(mbedtls_pk_type_t type, mbedtls_pk_context* key, mbedtls_md_type_t hash,
                               const unsigned char* digest, size_t digest_size, unsigned char* signature,
                               size_t signature_room, size_t* signature_size,
                               int (*random)(void*, unsigned char*, size_t), void* random_context);
int __real_mbedtls_ssl_derive_keys(mbedtls_ssl_context* ssl);
int __real_mbedtls_ssl_parse_sig_alg_ext(mbedtls_ssl_context* ssl, const unsigned char* begin,
                                         const unsigned char* end);
int __real_mbedtls_ssl_tls13_check_sig_alg_cert_key_match(uint16_t algorithm, mbedtls_pk_context* key);
int __real_mbedtls_ssl_tls13_process_certificate_verify(mbedtls_ssl_context* ssl);
int __real_mbedtls_ssl_tls13_write_certificate_verify(mbedtls_ssl_context* ssl);
int __real_mbedtls_ssl_write_sig_alg_ext(mbedtls_ssl_context* ssl, unsigned char* begin,
                                         const unsigned char* end, size_t* size);

/// RSA-PSS with a token's key: the original takes the key's numbers, which are not there.
int __wrap_mbedtls_pk_sign_ext(mbedtls_pk_type_t type, mbedtls_pk_context* key, mbedtls_md_type_t hash,
                               const unsigned char* digest, size_t digest_size, unsigned char* signature,
                               size_t signature_room, size_t* signature_size,
                               int (*random)(void*, unsigned char*, size_t), void* random_context) {
  TokenKey* token_key = TokenKey::from(key);
  if (token_key == nullptr || type != MBEDTLS_PK_RSASSA_PSS) {
    return __real_mbedtls_pk_sign_ext(type, key, hash, digest, digest_size, signature, signature_room,
                                      signature_size, random, random_context);
  }
  return token_key->sign(tlscore::x509::SignatureScheme::RsaPss, hash, {digest, digest_size},
                         {signature, signature_room}, *signature_size);
}

/// TLS 1.2 derives its keys in the step that also signs. That step is entered again when the signature is
/// there, and a second derivation would use random numbers that the first has wiped.
int __wrap_mbedtls_ssl_derive_keys(mbedtls_ssl_context* ssl) {
  HandshakeState& state = HandshakeState::of(ssl);
  if (state.keys_derived) return 0;
  const int result = __real_mbedtls_ssl_derive_keys(ssl);
  state.keys_derived = result == 0;
  return result;
}

/// The library keeps the first few algorithms that a peer lists, and knows nothing of these two.
int __wrap_mbedtls_ssl_parse_sig_alg_ext(mbedtls_ssl_context* ssl, const unsigned char* begin,
                                         const unsigned char* end) {
  const int result = __real_mbedtls_ssl_parse_sig_alg_ext(ssl, begin, end);
  if (result != 0) return result;
  HandshakeState& state = HandshakeState::of(ssl);
  state.takes_rsa_pkcs1 = tlscore::tls::lists_algorithm({begin, end}, tlscore::tls::kRsaPkcs1Sha256Legacy);
  state.takes_ed25519 = tlscore::tls::lists_algorithm({begin, end}, tlscore::tls::kEd25519);
  return 0;
}

/// What we take ourselves: ed25519 too, where TLS 1.3 may be spoken. It is the last, so that nobody shows us
/// such a key who has another.
int __wrap_mbedtls_ssl_write_sig_alg_ext(mbedtls_ssl_context* ssl, unsigned char* begin,
                                         const unsigned char* end, size_t* size) {
  const int result = __real_mbedtls_ssl_write_sig_alg_ext(ssl, begin, end, size);
  if (result != 0 || *size == 0 || ssl->conf->max_tls_version != MBEDTLS_SSL_VERSION_TLS1_3) return result;
  const std::span<std::uint8_t> room(begin, static_cast<size_t>(end - begin));
  return tlscore::tls::add_algorithm(room, *size, tlscore::tls::kEd25519) ? 0
                                                                          : MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL;
}

/// A peer that proves an Ed25519 key.
int __wrap_mbedtls_ssl_tls13_process_certificate_verify(mbedtls_ssl_context* ssl) {
  unsigned char* body = nullptr;
  size_t size = 0;
  const int result = latchkey_ssl_fetch_certificate_verify(ssl, &body, &size);
  if (result != 0) return result;
  const auto message = tlscore::tls::parse_certificate_verify({body, size});
  if (message && message->algorithm == tlscore::tls::kEd25519)
    return tlscore::tls::check_ed25519_verify(ssl, {body, size});
  latchkey_ssl_read_again(ssl);
  return __real_mbedtls_ssl_tls13_process_certificate_verify(ssl);
}

/// A server that chooses its certificate by the client's algorithms: for an Ed25519 key, which the library
/// does not know, the server's credential is given to it only where the client lists ed25519.
int __wrap_mbedtls_ssl_tls13_check_sig_alg_cert_key_match(uint16_t algorithm, mbedtls_pk_context* key) {
  if (TokenKey::stands_for_ed25519(*key)) return 1;
  return __real_mbedtls_ssl_tls13_check_sig_alg_cert_key_match(algorithm, key);
}

/// TLS 1.3 takes a signature that is not there yet for one that failed, and readies an alert. An RSA key
/// without RSA-PSS signs as RFC 9963 allows, an Ed25519 key as the library cannot; give_judgement() has seen
/// to it that the server takes that.
int __wrap_mbedtls_ssl_tls13_write_certificate_verify(mbedtls_ssl_context* ssl) {
  HandshakeState& state = HandshakeState::of(ssl);
  const bool is_client = ssl->conf->endpoint == MBEDTLS_SSL_IS_CLIENT;
  const bool writes_it = state.token_key && writes_certificate_verify(*state.token_key, is_client);
  const int result = writes_it ? tlscore::tls::write_certificate_verify(ssl, *state.token_key)
                               : __real_mbedtls_ssl_tls13_write_certificate_verify(ssl);
  if (result == 0 || !state.token_key || !state.token_key->waiting()) return result;
  latchkey_ssl_forget_alert(ssl);
  return tlscore::tls::kSignatureIsComing;
}

/// The peer's certificates are read as the judgement reads them.
int __wrap_mbedtls_x509_crt_parse_der(mbedtls_x509_crt* chain, const unsigned char* der, size_t size) {
  return mbedtls_x509_crt_parse_der_with_ext_cb(chain, der, size, 1, tlscore::x509::accept_critical_extension,
                                                nullptr);
}

}  // extern "C"
// NOLINTEND(bugprone-reserved-identifier,readability-identifier-naming)
