// mbedTLS's keys do the work, P-521's too, which PublicKey leaves out.
#include "tlscore/x509/issuer_signature.h"

#include <mbedtls/oid.h>
#include <mbedtls/pk.h>
#include <mbedtls/rsa.h>
#include <mbedtls/x509_crt.h>

#include <algorithm>

#include "tlscore/x509/der.h"
#include "tlscore/x509/mbedtls_error.h"
#include "tlscore/x509/mbedtls_hash.h"

namespace tlscore::x509 {
namespace {

constexpr std::size_t kMinRsaBits = 2048;
// Others draw the same line: with an exponent as long as the modulus one signature would cost a second.
constexpr std::size_t kMaxExponentBits = 33;
constexpr const char* kOtherAlgorithm = "the signature is of another algorithm";
constexpr Hash kSafeHashes[] = {Hash::Sha256, Hash::Sha384, Hash::Sha512};

std::optional<Hash> safe_hash(mbedtls_md_type_t type) {
  const auto* const found = std::ranges::find(kSafeHashes, type, md_type);
  if (found == std::ranges::end(kSafeHashes)) return std::nullopt;
  return *found;
}

/// The library takes a key without const, but guards what it caches in it with a lock of its own.
mbedtls_pk_context* key_of(const Certificate& certificate) {
  return const_cast<mbedtls_pk_context*>(&certificate.handle()->pk);
}

std::unexpected<Error> untrusted(std::string sentence) {
  return fail(ErrorKind::Untrusted, std::move(sentence));
}

/// How something is signed; `options` are PSS's.
struct Algorithm {
  mbedtls_pk_type_t type;
  const void* options;
  Hash hash;
};

Result<Algorithm> parse_algorithm(ByteView algorithm) {
  const auto oid = DerReader(algorithm).next(kDerOid);
  if (!oid) return fail(ErrorKind::Malformed, "a broken signature algorithm");
  mbedtls_asn1_buf buffer{};
  buffer.p = const_cast<unsigned char*>(oid->data());  // only read
  buffer.len = oid->size();
  mbedtls_md_type_t md = MBEDTLS_MD_NONE;
  mbedtls_pk_type_t type = MBEDTLS_PK_NONE;
  if (::mbedtls_oid_get_sig_alg(&buffer, &md, &type) != 0) md = MBEDTLS_MD_NONE;
  const auto hash = safe_hash(md);
  if (!hash || (type != MBEDTLS_PK_RSA && type != MBEDTLS_PK_ECDSA))
    return fail(ErrorKind::Unsupported, kOtherAlgorithm);
  return Algorithm{type, nullptr, *hash};
}

Result<void> verify(const Algorithm& algorithm, ByteView octets, const Certificate& issuer,
                    ByteView signature) {
  mbedtls_pk_context* const key = key_of(issuer);
  if (::mbedtls_pk_can_do(key, algorithm.type) == 0) return untrusted(kOtherAlgorithm);
  const Bytes hashed = digest(algorithm.hash, octets);
  const int code = ::mbedtls_pk_verify_ext(algorithm.type, algorithm.options, key, md_type(algorithm.hash),
                                           hashed.data(), hashed.size(), signature.data(), signature.size());
  if (code != 0) return untrusted(mbedtls_error("the signature does not verify", code).message);
  return {};
}

}  // namespace

Result<void> check_signed_safely(const Certificate& certificate) {
  const mbedtls_x509_crt& crt = *certificate.handle();
  if (crt.sig_md == MBEDTLS_MD_NONE) return untrusted("is signed with Ed25519, which no CA may use for TLS");
  const bool is_pss = crt.sig_pk == MBEDTLS_PK_RSASSA_PSS;
  const bool is_known = is_pss || crt.sig_pk == MBEDTLS_PK_RSA || crt.sig_pk == MBEDTLS_PK_ECDSA;
  const auto mgf1 =
      is_pss ? static_cast<const mbedtls_pk_rsassa_pss_options*>(crt.sig_opts)->mgf1_hash_id : crt.sig_md;
  if (is_known && safe_hash(crt.sig_md) && safe_hash(mgf1)) return {};
  return untrusted("is signed with an algorithm that is no longer safe");
}

Result<void> check_path_key(const Certificate& certificate) {
  if (certificate.public_key().type() == PublicKey::Type::Ed25519)
    return untrusted("has an Ed25519 key, which is trusted by a pin or by OpenPGP, not by a CA");
  const mbedtls_pk_context* const key = key_of(certificate);
  switch (::mbedtls_pk_get_type(key)) {
    case MBEDTLS_PK_RSA:
      if (::mbedtls_pk_get_bitlen(key) < kMinRsaBits) return untrusted("has a key that is too weak");
      if (::mbedtls_mpi_bitlen(&::mbedtls_pk_rsa(*key)->E) > kMaxExponentBits)
        return untrusted("has an RSA key with an exponent of more than 33 bits");
      return {};
    case MBEDTLS_PK_ECKEY:
      switch (::mbedtls_pk_ec(*key)->grp.id) {
        case MBEDTLS_ECP_DP_SECP256R1:
        case MBEDTLS_ECP_DP_SECP384R1:
        case MBEDTLS_ECP_DP_SECP521R1: return {};
        default: break;
      }
      break;
    default: break;
  }
  return untrusted("has a key of a kind that is not used in TLS");
}

Result<void> check_issuer_signature(const Certificate& certificate, const Certificate& issuer) {
  const mbedtls_x509_crt& crt = *certificate.handle();
  const auto hash = safe_hash(crt.sig_md);
  if (!hash) return untrusted(kOtherAlgorithm);
  return verify({crt.sig_pk, crt.sig_opts, *hash}, ByteView(crt.tbs.p, crt.tbs.len), issuer,
                ByteView(crt.sig.p, crt.sig.len));
}

Result<void> check_signature_algorithm(ByteView algorithm) {
  TRY(parse_algorithm(algorithm));
  return {};
}

Result<void> check_signature_by(const Certificate& issuer, const SignedOctets& octets) {
  const Algorithm algorithm = TRY(parse_algorithm(octets.algorithm));
  return verify(algorithm, octets.octets, issuer, octets.signature);
}

}  // namespace tlscore::x509
