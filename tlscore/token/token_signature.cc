// Which PKCS#11 mechanism makes which signature, and the check of what came back.
#include "tlscore/token/token_signature.h"

#include <algorithm>
#include <array>

#include "tlscore/base/byte_reader.h"
#include "tlscore/token/ecdsa_signature.h"

namespace tlscore::token {
namespace {

using x509::Hash;
using x509::SignatureScheme;

/// The end of the OID arc 2.16.840.1.101.3.4.2 that names each hash.
std::uint8_t oid_end(Hash hash) {
  switch (hash) {
    case Hash::None: break;
    case Hash::Sha256: return 1;
    case Hash::Sha384: return 2;
    case Hash::Sha512: return 3;
  }
  return 0;
}

CK_RSA_PKCS_PSS_PARAMS pss_parameters(Hash hash) {
  const CK_ULONG salt_bytes = x509::hash_bytes(hash);
  switch (hash) {
    case Hash::None: break;
    case Hash::Sha256: return {CKM_SHA256, CKG_MGF1_SHA256, salt_bytes};
    case Hash::Sha384: return {CKM_SHA384, CKG_MGF1_SHA384, salt_bytes};
    case Hash::Sha512: return {CKM_SHA512, CKG_MGF1_SHA512, salt_bytes};
  }
  return {};
}

/// A digest longer than the curve is cut to the curve's length (FIPS 186-4, section 6.4); not all modules do
/// it.
ByteView fit_to_curve(ByteView digest, std::size_t coordinate_bytes) {
  return digest.first(std::min(digest.size(), coordinate_bytes));
}

Result<Bytes> sign_by_scheme(Pkcs11Session& session, const TokenKey& key,
                             const x509::SignatureRequest& request, const ContextLogin& login) {
  switch (request.scheme) {
    case SignatureScheme::RsaPkcs1: {
      const Bytes digest_info = make_digest_info(request.hash, request.digest);
      return session.sign({CKM_RSA_PKCS, nullptr, 0}, key.handle, digest_info, login);
    }
    case SignatureScheme::RsaPss: {
      CK_RSA_PKCS_PSS_PARAMS parameters = pss_parameters(request.hash);
      return session.sign({CKM_RSA_PKCS_PSS, &parameters, sizeof parameters}, key.handle, request.digest,
                          login);
    }
    case SignatureScheme::Ecdsa: {
      const std::size_t coordinate_bytes = key.info.public_key.bits() / 8;
      const ByteView digest = fit_to_curve(request.digest, coordinate_bytes);
      const Bytes raw = TRY(session.sign({CKM_ECDSA, nullptr, 0}, key.handle, digest, login));
      return ecdsa_signature_to_der(raw, coordinate_bytes);
    }
    case SignatureScheme::Ed25519:
      // Without parameters it is "pure" Ed25519 (PKCS #11 3.0, section 2.3.14).
      return session.sign({CKM_EDDSA, nullptr, 0}, key.handle, request.digest, login);
  }
  return fail(ErrorKind::Unsupported, "an unknown signature scheme");
}

}  // namespace

Bytes make_digest_info(Hash hash, ByteView digest) {
  constexpr std::array<std::uint8_t, 10> kHashArc = {0x06, 0x09, 0x60, 0x86, 0x48,
                                                     0x01, 0x65, 0x03, 0x04, 0x02};
  const auto length = static_cast<std::uint8_t>(digest.size());
  ByteWriter der;
  der.u16(static_cast<std::uint16_t>(0x3000 + 17 + length));  // SEQUENCE {
  der.u16(0x300d);                                            //   SEQUENCE {
  der.bytes(kHashArc);                                        //     OID 2.16.840.1.101.3.4.2.
  der.u8(oid_end(hash));                                      //                              x
  der.u16(0x0500);                                            //     NULL }
  der.u16(static_cast<std::uint16_t>(0x0400 + length));       //   OCTET STRING
  der.bytes(digest);                                          // }
  return der.take();
}

Result<Bytes> sign_with_key(Pkcs11Session& session, const TokenKey& key,
                            const x509::SignatureRequest& request, const ContextLogin& context_login) {
  if (!x509::is_well_formed(request))
    return fail(ErrorKind::Malformed, "a digest of another length than its hash");
  if (!key.info.mechanisms.has(request.scheme)) {
    return fail(ErrorKind::Unsupported, "this " + key.info.public_key.describe() +
                                            " key's token cannot make " +
                                            std::string(to_string(request.scheme)) + " signatures");
  }
  if (key.handle == CK_INVALID_HANDLE)
    return fail(ErrorKind::Disarmed, "the token wants its PIN before it signs");
  Bytes signature = TRY(sign_by_scheme(session, key, request, context_login));
  if (!key.info.public_key.verify(request, signature)) {
    return fail(
        ErrorKind::Internal,
        "the PKCS#11 module returned a signature that its own public key does not verify; it was not used");
  }
  return signature;
}

}  // namespace tlscore::token
