// Lists looked through, one message written, one read.
#include "tlscore/tls/certificate_verify.h"

#include <mbedtls/md.h>

#include <array>

#include "tlscore/base/byte_reader.h"
#include "tlscore/tls/ssl_internals.h"
#include "tlscore/x509/digest.h"
#include "tlscore/x509/public_key.h"

namespace tlscore::tls {
namespace {

/// What goes into a CertificateVerify now, by this side; empty where the library fails.
Bytes content_now(mbedtls_ssl_context* ssl, std::string_view side) {
  std::array<unsigned char, MBEDTLS_MD_MAX_SIZE> transcript{};
  std::size_t size = 0;
  if (latchkey_ssl_transcript_hash(ssl, transcript.data(), transcript.size(), &size) != 0) return {};
  return verify_content(side, ByteView(transcript).first(size));
}

void put_u16(std::span<std::uint8_t> at, std::size_t value) {
  at[0] = static_cast<std::uint8_t>(value >> 8U);
  at[1] = static_cast<std::uint8_t>(value);
}

std::size_t get_u16(ByteView at) {
  return static_cast<std::size_t>(at[0] << 8U | at[1]);
}

/// The key that the peer's own certificate holds.
std::optional<x509::PublicKey> peer_key(const mbedtls_ssl_context* ssl) {
  const mbedtls_x509_crt* certificate = latchkey_ssl_peer_chain(ssl);
  if (certificate == nullptr) return std::nullopt;
  auto key = x509::PublicKey::parse_spki({certificate->pk_raw.p, certificate->pk_raw.len});
  if (!key) return std::nullopt;
  return std::move(*key);
}

bool verifies(const mbedtls_ssl_context* ssl, const Bytes& content, ByteView signature) {
  const auto key = peer_key(ssl);
  if (!key || content.empty()) return false;
  return key->verify({x509::SignatureScheme::Ed25519, x509::Hash::None, content}, signature).has_value();
}

}  // namespace

bool lists_algorithm(ByteView extension, std::uint16_t algorithm) {
  constexpr std::size_t kLengthBytes = 2;
  for (std::size_t at = kLengthBytes; at + 1 < extension.size(); at += 2) {
    if (get_u16(extension.subspan(at)) == algorithm) return true;
  }
  return false;
}

bool add_algorithm(std::span<std::uint8_t> room, std::size_t& size, std::uint16_t algorithm) {
  constexpr std::size_t kHeaderBytes = 6;  // type, length of the body, length of the list
  if (size < kHeaderBytes || size > room.size() || room.size() - size < 2) return false;
  put_u16(room.subspan(size), algorithm);
  size += 2;
  put_u16(room.subspan(2), size - 4);
  put_u16(room.subspan(4), size - kHeaderBytes);
  return true;
}

Bytes verify_content(std::string_view side, ByteView transcript_hash) {
  constexpr std::size_t kPadding = 64;
  std::string content(kPadding, ' ');
  content += "TLS 1.3, ";
  content += side;
  content += " CertificateVerify";
  content += '\0';
  content += as_text(transcript_hash);
  return to_bytes(content);
}

std::optional<CertificateVerify> parse_certificate_verify(ByteView body) {
  ByteReader reader(body);
  const auto algorithm = reader.u16();
  const auto length = reader.u16();
  if (!algorithm || !length) return std::nullopt;
  const auto signature = reader.bytes(*length);
  if (!signature || reader.left() != 0) return std::nullopt;
  return CertificateVerify{*algorithm, *signature};
}

bool writes_certificate_verify(const TokenKey& key, bool is_client) {
  return (is_client && key.lacks_rsa_pss()) || key.identity().key.type() == x509::PublicKey::Type::Ed25519;
}

int write_certificate_verify(mbedtls_ssl_context* ssl, TokenKey& key) {
  const bool is_client = ssl->conf->endpoint == MBEDTLS_SSL_IS_CLIENT;
  const Bytes content = content_now(ssl, is_client ? "client" : "server");
  if (content.empty()) return MBEDTLS_ERR_SSL_INTERNAL_ERROR;
  constexpr std::size_t kHeaderBytes = 4;  // algorithm, and the signature's length
  Bytes body(kHeaderBytes + MBEDTLS_PK_SIGNATURE_MAX_SIZE);
  const auto room = std::span(body).subspan(kHeaderBytes);
  std::size_t signature_bytes = 0;
  const bool is_rsa = key.lacks_rsa_pss();
  const int result =
      is_rsa ? key.sign(x509::SignatureScheme::RsaPkcs1, MBEDTLS_MD_SHA256, x509::sha256(content), room,
                        signature_bytes)
             : key.sign(x509::SignatureScheme::Ed25519, MBEDTLS_MD_NONE, content, room, signature_bytes);
  if (result != 0) return result;
  put_u16(body, is_rsa ? kRsaPkcs1Sha256Legacy : kEd25519);
  put_u16(std::span(body).subspan(2), signature_bytes);
  return latchkey_ssl_write_certificate_verify(ssl, body.data(), kHeaderBytes + signature_bytes);
}

int check_ed25519_verify(mbedtls_ssl_context* ssl, ByteView body) {
  const auto message = parse_certificate_verify(body);
  if (!message) return latchkey_ssl_pend_alert(ssl, MBEDTLS_SSL_ALERT_MSG_DECODE_ERROR);
  const bool peer_is_client = ssl->conf->endpoint == MBEDTLS_SSL_IS_SERVER;
  const Bytes content = content_now(ssl, peer_is_client ? "client" : "server");
  if (!verifies(ssl, content, message->signature))
    return latchkey_ssl_pend_alert(ssl, MBEDTLS_SSL_ALERT_MSG_DECRYPT_ERROR);
  return latchkey_ssl_note_certificate_verify(ssl, body.data(), body.size());
}

}  // namespace tlscore::tls
