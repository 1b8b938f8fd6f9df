// SubjectPublicKeyInfo, and signatures of strangers.
#include "tests/fuzz/require.h"
#include "tlscore/base/byte_reader.h"
#include "tlscore/x509/public_key.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tlscore;
  const auto key = x509::PublicKey::parse_spki({data, size});
  if (key) {
    fuzz::require(x509::PublicKey::parse_spki(key->spki()).value() == *key);
    for (const auto scheme :
         {x509::SignatureScheme::RsaPkcs1, x509::SignatureScheme::RsaPss, x509::SignatureScheme::Ecdsa}) {
      static_cast<void>(key->verify({scheme, x509::Hash::Sha256, Bytes(32, 7)}, {data, size}));
    }
    static_cast<void>(
        key->verify({x509::SignatureScheme::Ed25519, x509::Hash::None, Bytes(32, 7)}, {data, size}));
  }
  ByteReader reader({data, size});
  const auto length = reader.u8();
  const auto first = length ? reader.bytes(*length) : std::nullopt;
  if (first) static_cast<void>(x509::PublicKey::from_rsa(*first, reader.rest()));
  static_cast<void>(x509::PublicKey::from_ed25519({data, size}));
  static_cast<void>(x509::PublicKey::from_ec_point(x509::PublicKey::Type::EcP256, {data, size}));
  return 0;
}
