// Keys in memory, by mbedTLS.
#include "tlscore/x509/private_key.h"

#include <mbedtls/ecp.h>
#include <mbedtls/pem.h>
#include <mbedtls/pk.h>
#include <mbedtls/rsa.h>

#include <array>
#include <optional>

#include "tlscore/base/c_handle.h"
#include "tlscore/base/secret.h"
#include "tlscore/x509/mbedtls_error.h"
#include "tlscore/x509/mbedtls_hash.h"
#include "tlscore/x509/random.h"

extern "C" {
#include <rsa_internal.h>
}

namespace tlscore::x509 {
namespace {

constexpr std::size_t kMaxPemBytes = 32768;

}  // namespace

struct PrivateKey::Data {
  CValue<mbedtls_pk_context, mbedtls_pk_init, mbedtls_pk_free> pk;
  std::optional<PublicKey> public_key;
};

PrivateKey::PrivateKey(std::unique_ptr<Data> data) : m_data(std::move(data)) {}
PrivateKey::~PrivateKey() = default;
PrivateKey::PrivateKey(PrivateKey&&) noexcept = default;
PrivateKey& PrivateKey::operator=(PrivateKey&&) noexcept = default;

Result<PrivateKey> PrivateKey::finish(std::unique_ptr<Data> data) {
  std::array<unsigned char, 4096> buffer{};
  // The library writes from the end of the buffer.
  const int length = ::mbedtls_pk_write_pubkey_der(data->pk.get(), buffer.data(), buffer.size());
  if (length < 0) return fail(mbedtls_error("public half of a private key", length));
  const auto spki = ByteView(buffer).last(static_cast<std::size_t>(length));
  data->public_key = TRY(PublicKey::parse_spki(spki));
  const auto type = data->public_key->type();
  if (type == PublicKey::Type::Other || type == PublicKey::Type::Ed25519) {
    return fail(ErrorKind::Unsupported, "a private key that is neither RSA nor on P-256 or P-384");
  }
  return PrivateKey(std::move(data));
}

Result<PrivateKey> PrivateKey::generate_p256() {
  auto data = std::make_unique<Data>();
  int code = ::mbedtls_pk_setup(data->pk.get(), ::mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
  if (code == 0)
    code = ::mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, ::mbedtls_pk_ec(*data->pk.get()), random, nullptr);
  if (code != 0) return fail(mbedtls_error("key generation", code));
  return finish(std::move(data));
}

Result<PrivateKey> PrivateKey::parse_pem(std::string_view pem) {
  if (pem.size() > kMaxPemBytes) return fail(ErrorKind::TooLarge, "a private key file of more than 32 KiB");
  auto data = std::make_unique<Data>();
  // The library wants the text's NUL counted in.
  std::string text(pem);
  const int code =
      ::mbedtls_pk_parse_key(data->pk.get(), reinterpret_cast<const unsigned char*>(text.c_str()),
                             text.size() + 1, nullptr, 0, random, nullptr);
  wipe(text);
  if (code == MBEDTLS_ERR_PK_PASSWORD_REQUIRED)
    return fail(ErrorKind::Unsupported, "an encrypted private key");
  if (code != 0) {
    Error error = mbedtls_error("private key", code);
    if (error.kind != ErrorKind::Unsupported) error.kind = ErrorKind::Malformed;
    return fail(std::move(error));
  }
  return finish(std::move(data));
}

const PublicKey& PrivateKey::public_key() const {
  return *m_data->public_key;
}

Result<Bytes> PrivateKey::sign(const SignatureRequest& request) {
  if (!is_well_formed(request)) return fail(ErrorKind::Malformed, "a digest whose length is not its hash's");
  mbedtls_pk_context* pk = m_data->pk.get();
  const bool is_rsa = m_data->public_key->type() == PublicKey::Type::Rsa;
  const bool wants_ec = request.scheme == SignatureScheme::Ecdsa;
  if (request.scheme == SignatureScheme::Ed25519 || is_rsa == wants_ec) {
    return fail(ErrorKind::Unsupported, std::string(to_string(request.scheme)) + " does not fit the key");
  }
  const mbedtls_md_type_t md = md_type(request.hash);
  const auto digest_bytes = static_cast<unsigned>(request.digest.size());
  Bytes signature(MBEDTLS_PK_SIGNATURE_MAX_SIZE);
  std::size_t length = is_rsa ? ::mbedtls_rsa_get_len(::mbedtls_pk_rsa(*pk)) : 0;
  int code = 0;
  switch (request.scheme) {
    case SignatureScheme::RsaPkcs1:
      code = ::mbedtls_rsa_rsassa_pkcs1_v15_sign(::mbedtls_pk_rsa(*pk), random, nullptr, md, digest_bytes,
                                                 request.digest.data(), signature.data());
      break;
    case SignatureScheme::RsaPss:
      // Takes a salt as long as the hash, wherever the modulus has room for that.
      code = ::mbedtls_rsa_rsassa_pss_sign_no_mode_check(
          ::mbedtls_pk_rsa(*pk), random, nullptr, md, digest_bytes, request.digest.data(), signature.data());
      break;
    case SignatureScheme::Ecdsa:
      code = ::mbedtls_pk_sign(pk, md, request.digest.data(), request.digest.size(), signature.data(),
                               signature.size(), &length, random, nullptr);
      break;
    case SignatureScheme::Ed25519: return fail(ErrorKind::Unsupported, "Ed25519 does not fit the key");
  }
  if (code != 0) return fail(ErrorKind::Internal, mbedtls_error("signing", code).message);
  signature.resize(length);
  return signature;
}

Result<std::string> PrivateKey::to_pem() const {
  constexpr std::size_t kMaxWrittenBytes = 16000;
  std::string text(kMaxWrittenBytes, '\0');
  const int code = ::mbedtls_pk_write_key_pem(m_data->pk.get(), reinterpret_cast<unsigned char*>(text.data()),
                                              text.size());
  if (code != 0) return fail(ErrorKind::Internal, mbedtls_error("writing a key", code).message);
  std::string pem = text.substr(0, text.find('\0'));
  wipe(text);
  return pem;
}

mbedtls_pk_context* PrivateKey::handle() {
  return m_data->pk.get();
}

}  // namespace tlscore::x509
