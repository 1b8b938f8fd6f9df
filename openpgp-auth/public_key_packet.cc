// Each algorithm's numbers, made into the one kind of key that the TLS core knows.
#include "openpgp-auth/public_key_packet.h"

#include "tlscore/x509/der.h"
#include "tlscore/x509/digest.h"

namespace openpgp_auth {

using tlscore::fail;
using tlscore::x509::PublicKey;

namespace {

constexpr std::size_t kMaxKeyBytes = 8192;
constexpr std::size_t kMinRsaBits = 2048;
constexpr std::size_t kMaxRsaBits = 8192;

// RFC 6637, section 11, and RFC 9580, section 9.2: the octets of the object identifiers, without tag and
// length.
constexpr std::uint8_t kP256[] = {0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
constexpr std::uint8_t kP384[] = {0x2b, 0x81, 0x04, 0x00, 0x22};
constexpr std::uint8_t kEd25519Legacy[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01};
// RFC 8410, section 3, with tag and length.
constexpr std::uint8_t kIdEd25519[] = {0x06, 0x03, 0x2b, 0x65, 0x70};

Result<void> read_rsa(ByteReader material, KeyPacket& key) {
  const auto modulus = next_mpi(material, true);
  const auto exponent = modulus ? next_mpi(material, true) : std::nullopt;
  if (!exponent || material.left() != 0)
    return fail(ErrorKind::Malformed, "an RSA key that is not two numbers");
  const std::size_t bits = modulus->size() * 8;
  if (bits < kMinRsaBits || bits > kMaxRsaBits) {
    key.why = "an RSA key of about " + std::to_string(bits) + " bits, which must be 2048 to 8192";
    return {};
  }
  key.key = TRY(PublicKey::from_rsa(*modulus, *exponent));
  return {};
}

/// A curve's name and a point: what ECDSA and EdDSA keys are.
Result<void> read_curve(ByteReader material, KeyPacket& key) {
  const auto length = material.u8();
  const auto curve = length ? material.bytes(*length) : std::nullopt;
  const auto point = curve ? next_mpi(material, true) : std::nullopt;
  if (!point || material.left() != 0)
    return fail(ErrorKind::Malformed, "an elliptic-curve key that is not a curve and a point");
  const bool is_ecdsa = key.algorithm == kEcdsa;
  if (is_ecdsa && std::ranges::equal(*curve, kP256)) {
    key.key = TRY(PublicKey::from_ec_point(PublicKey::Type::EcP256, *point));
  } else if (is_ecdsa && std::ranges::equal(*curve, kP384)) {
    key.key = TRY(PublicKey::from_ec_point(PublicKey::Type::EcP384, *point));
  } else if (!is_ecdsa && std::ranges::equal(*curve, kEd25519Legacy)) {
    // The native encoding of the point after the octet 0x40 (RFC 9580, section 11.2.3).
    if (point->size() != 33 || point->front() != 0x40)
      return fail(ErrorKind::Malformed, "an Ed25519 key that is not 32 octets after 0x40");
    namespace x509 = tlscore::x509;
    const Bytes algorithm = x509::der(x509::kDerSequence, kIdEd25519);
    const Bytes spki = x509::der(x509::kDerSequence, {algorithm, x509::der_bit_string(point->subspan(1))});
    key.key = TRY(PublicKey::parse_spki(spki));
  } else {
    key.why = "a curve other than P-256, P-384 and Ed25519";
  }
  return {};
}

Result<void> read_material(ByteReader material, KeyPacket& key) {
  switch (key.algorithm) {
    case kRsa: return read_rsa(material, key);
    case kEcdsa:
    case kEddsa: return read_curve(material, key);
    case kRsaSignOnly: key.why = "a key of the deprecated algorithm 3 (RSA sign-only)"; break;
    case kDsa: key.why = "a DSA key, with which TLS cannot authenticate"; break;
    default:
      key.why = encrypts_only(key.algorithm)
                    ? "a key that can only encrypt"
                    : "a key of the unknown algorithm " + std::to_string(key.algorithm);
  }
  return {};
}

}  // namespace

Bytes KeyPacket::hashed() const {
  tlscore::ByteWriter writer;
  writer.u8(0x99);
  writer.u16(static_cast<std::uint16_t>(body.size()));
  writer.bytes(body);
  return writer.take();
}

bool encrypts_only(std::uint8_t algorithm) {
  constexpr std::uint8_t kX25519 = 25;
  constexpr std::uint8_t kX448 = 26;
  return algorithm == kRsaEncryptOnly || algorithm == kElgamal || algorithm == kEcdh ||
         algorithm == kX25519 || algorithm == kX448;
}

bool is_known_algorithm(std::uint8_t algorithm) {
  return (algorithm >= kRsa && algorithm <= kRsaSignOnly) || (algorithm >= kElgamal && algorithm <= kEcdsa) ||
         algorithm == kEddsa;
}

Result<KeyPacket> parse_public_key(const Packet& packet) {
  ByteReader reader(packet.body);
  const auto version = reader.u8();
  if (!version) return fail(ErrorKind::Malformed, "an empty OpenPGP key");
  if (*version != 4) {
    return fail(ErrorKind::Unsupported, "an OpenPGP key of version " + std::to_string(*version) +
                                            ", and only version 4 is supported");
  }
  const auto created = reader.u32();
  const auto algorithm = created ? reader.u8() : std::nullopt;
  if (!algorithm) return fail(ErrorKind::Malformed, "an OpenPGP key that ends too early");
  if (packet.body.size() > kMaxKeyBytes)
    return fail(ErrorKind::TooLarge, "an OpenPGP key of more than 8 KiB");
  KeyPacket key{.created = std::chrono::sys_seconds(std::chrono::seconds(*created)),
                .algorithm = *algorithm,
                .fingerprint = {},
                .key_id = {},
                .key = std::nullopt,
                .why = "",
                .body = {packet.body.begin(), packet.body.end()},
                .packet = {packet.whole.begin(), packet.whole.end()}};
  const Bytes hash = tlscore::x509::sha1(key.hashed());
  std::ranges::copy(hash, key.fingerprint.octets.begin());
  key.key_id = key.fingerprint.key_id();
  TRY(read_material(reader, key));
  return key;
}

}  // namespace openpgp_auth
