// A list looked through, and one message written.
#include "tlscore/tls/rsa_pkcs1_verify.h"

#include <mbedtls/md.h>

#include <array>

#include "tlscore/tls/ssl_internals.h"
#include "tlscore/x509/mbedtls_hash.h"

namespace tlscore::tls {

bool lists_rsa_pkcs1(ByteView extension) {
  constexpr std::size_t kLengthBytes = 2;
  for (std::size_t at = kLengthBytes; at + 1 < extension.size(); at += 2) {
    if ((extension[at] << 8U | extension[at + 1]) == kRsaPkcs1Sha256Legacy) return true;
  }
  return false;
}

Bytes client_verify_content(ByteView transcript_hash) {
  constexpr std::size_t kPadding = 64;
  std::string content(kPadding, ' ');
  content += "TLS 1.3, client CertificateVerify";
  content += '\0';
  content += as_text(transcript_hash);
  return to_bytes(content);
}

int write_rsa_pkcs1_verify(mbedtls_ssl_context* ssl, TokenKey& key) {
  std::array<unsigned char, MBEDTLS_MD_MAX_SIZE> transcript{};
  std::size_t transcript_bytes = 0;
  int result = latchkey_ssl_transcript_hash(ssl, transcript.data(), transcript.size(), &transcript_bytes);
  if (result != 0) return result;
  const Bytes content = client_verify_content(ByteView(transcript).first(transcript_bytes));
  constexpr std::size_t kHeaderBytes = 4;  // algorithm, and the signature's length
  Bytes body(kHeaderBytes + MBEDTLS_PK_SIGNATURE_MAX_SIZE);
  std::size_t signature_bytes = 0;
  result = key.sign(x509::SignatureScheme::RsaPkcs1, MBEDTLS_MD_SHA256, x509::sha256(content),
                    std::span(body).subspan(kHeaderBytes), signature_bytes);
  if (result != 0) return result;
  body[0] = kRsaPkcs1Sha256Legacy >> 8U;
  body[1] = kRsaPkcs1Sha256Legacy & 0xffU;
  body[2] = static_cast<std::uint8_t>(signature_bytes >> 8U);
  body[3] = static_cast<std::uint8_t>(signature_bytes);
  return latchkey_ssl_write_certificate_verify(ssl, body.data(), kHeaderBytes + signature_bytes);
}

}  // namespace tlscore::tls
