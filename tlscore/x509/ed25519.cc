// One form of SubjectPublicKeyInfo has 44 octets, all but the last 32 always the same.
#include "tlscore/x509/ed25519.h"

#include <sodium.h>

#include <algorithm>

#include "tlscore/x509/der.h"

namespace tlscore::x509 {
namespace {

static_assert(kEd25519PointBytes == crypto_sign_ed25519_PUBLICKEYBYTES);
static_assert(kEd25519SignatureBytes == crypto_sign_ed25519_BYTES);

}  // namespace

Bytes ed25519_spki(ByteView point) {
  return der(kDerSequence, {der(kDerSequence, kEd25519Oid), der_bit_string(point)});
}

bool names_ed25519(ByteView spki) {
  const auto fields = DerReader(spki).next(kDerSequence);
  if (!fields) return false;
  const auto algorithm = DerReader(*fields).next(kDerSequence);
  if (!algorithm) return false;
  const auto oid = DerReader(*algorithm).next();
  return oid && std::ranges::equal(oid->whole, kEd25519Oid);
}

std::optional<ByteView> ed25519_point(ByteView spki) {
  if (spki.size() < kEd25519PointBytes) return std::nullopt;
  const ByteView point = spki.last(kEd25519PointBytes);
  if (!std::ranges::equal(spki, ed25519_spki(point))) return std::nullopt;
  if (::crypto_core_ed25519_is_valid_point(point.data()) == 0) return std::nullopt;
  return point;
}

bool ed25519_verifies(ByteView point, ByteView message, ByteView signature) {
  if (point.size() != kEd25519PointBytes || signature.size() != kEd25519SignatureBytes) return false;
  return ::crypto_sign_ed25519_verify_detached(signature.data(), message.data(), message.size(),
                                               point.data()) == 0;
}

}  // namespace tlscore::x509
