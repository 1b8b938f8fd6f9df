// Numbers of libgcrypt's, brought to their lengths.
#include "openpgp-auth/agent_octets.h"

#include <algorithm>

#include "openpgp-auth/s_expression.h"
#include "tlscore/token/ecdsa_signature.h"

namespace openpgp_auth {

using tlscore::Bytes;
using tlscore::ByteView;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;
using tlscore::x509::PublicKey;

namespace {

constexpr std::size_t kEd25519Bytes = 32;
constexpr std::uint8_t kBarePoint = 0x40;  // before an Ed25519 point (RFC 9580, section 11.2)

Result<ByteView> value_of(const SExpression& whole, std::initializer_list<std::string_view> names) {
  const SExpression* found = whole.find(names);
  const auto value = found == nullptr ? std::nullopt : found->value();
  if (!value) return fail(ErrorKind::Malformed, "gpg-agent's answer lacks a number");
  return *value;
}

Result<PublicKey> read_curve_key(const SExpression& whole) {
  const ByteView curve = TRY(value_of(whole, {"ecc", "curve"}));
  ByteView point = TRY(value_of(whole, {"ecc", "q"}));
  if (std::ranges::equal(curve, std::string_view("NIST P-256")))
    return PublicKey::from_ec_point(PublicKey::Type::EcP256, point);
  if (std::ranges::equal(curve, std::string_view("NIST P-384")))
    return PublicKey::from_ec_point(PublicKey::Type::EcP384, point);
  if (!std::ranges::equal(curve, std::string_view("Ed25519")))
    return fail(ErrorKind::Unsupported, "gpg-agent's key is of a curve that TLS clients do not sign with");
  if (point.size() == kEd25519Bytes + 1 && point[0] == kBarePoint) point = point.subspan(1);
  return PublicKey::from_ed25519(point);
}

/// A big-endian number in exactly `size` octets.
Result<Bytes> padded(ByteView number, std::size_t size) {
  while (number.size() > size && number.front() == 0) number = number.subspan(1);
  if (number.size() > size) return fail(ErrorKind::Malformed, "gpg-agent's signature is too long");
  Bytes whole(size - number.size());
  whole.insert(whole.end(), number.begin(), number.end());
  return whole;
}

/// r and s in `size` octets each.
Result<Bytes> read_pair(const SExpression& whole, std::string_view kind, std::size_t size) {
  const ByteView r_number = TRY(value_of(whole, {kind, "r"}));
  const ByteView s_number = TRY(value_of(whole, {kind, "s"}));
  Bytes pair = TRY(padded(r_number, size));
  const Bytes s = TRY(padded(s_number, size));
  pair.insert(pair.end(), s.begin(), s.end());
  return pair;
}

}  // namespace

Result<PublicKey> read_agent_key(ByteView answer) {
  const SExpression whole = TRY(parse_s_expression(answer));
  if (whole.find({"rsa"}) != nullptr) {
    const ByteView modulus = TRY(value_of(whole, {"rsa", "n"}));
    const ByteView exponent = TRY(value_of(whole, {"rsa", "e"}));
    return PublicKey::from_rsa(modulus, exponent);
  }
  if (whole.find({"ecc"}) != nullptr) return read_curve_key(whole);
  return fail(ErrorKind::Unsupported, "gpg-agent's key is no RSA, P-256, P-384 or Ed25519 key");
}

Result<Bytes> read_agent_signature(const PublicKey& key, ByteView answer) {
  constexpr std::size_t kBitsPerByte = 8;
  const SExpression whole = TRY(parse_s_expression(answer));
  const std::size_t size = (key.bits() + kBitsPerByte - 1) / kBitsPerByte;
  switch (key.type()) {
    case PublicKey::Type::Rsa: {
      const ByteView number = TRY(value_of(whole, {"rsa", "s"}));
      return padded(number, size);
    }
    case PublicKey::Type::EcP256:
    case PublicKey::Type::EcP384: {
      const Bytes pair = TRY(read_pair(whole, "ecdsa", size));
      return tlscore::token::ecdsa_signature_to_der(pair, size);
    }
    case PublicKey::Type::Ed25519: return read_pair(whole, "eddsa", kEd25519Bytes);
    case PublicKey::Type::Other: break;
  }
  return fail(ErrorKind::Unsupported, "gpg-agent's key is of an unknown kind");
}

}  // namespace openpgp_auth
