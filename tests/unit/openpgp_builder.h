// OpenPGP certificates for keys that a test holds. Their signatures verify nothing: they only say that they
// are there, which is all that is read without GnuPG.
#pragma once

#include "tests/unit/openpgp_test_data.h"
#include "tlscore/x509/der.h"
#include "tlscore/x509/public_key.h"

namespace openpgp_auth {

/// A multiprecision integer (RFC 4880, section 3.2) from octets that do not begin with zero.
inline Bytes make_mpi(ByteView octets) {
  tlscore::ByteWriter writer;
  const unsigned bits =
      static_cast<unsigned>(octets.size()) * 8 - static_cast<unsigned>(std::countl_zero(octets.front()));
  writer.u16(static_cast<std::uint16_t>(bits));
  writer.bytes(octets);
  return writer.take();
}

/// A key of version 4, made in the first second of 1970: RSA, P-256, P-384 or Ed25519.
inline Bytes make_key_packet(std::uint8_t tag, const tlscore::x509::PublicKey& key) {
  using Type = tlscore::x509::PublicKey::Type;
  constexpr std::uint8_t kP256[] = {8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07};
  constexpr std::uint8_t kP384[] = {5, 0x2b, 0x81, 0x04, 0x00, 0x22};
  constexpr std::uint8_t kEd25519[] = {9, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01};
  const Bytes head = {4, 0, 0, 0, 1};
  switch (key.type()) {
    case Type::EcP256:
      return make_packet(tag, concatenation({head, Bytes{kEcdsa}, kP256, make_mpi(key.spki().last(65))}));
    case Type::EcP384:
      return make_packet(tag, concatenation({head, Bytes{kEcdsa}, kP384, make_mpi(key.spki().last(97))}));
    case Type::Ed25519:
      return make_packet(tag, concatenation({head, Bytes{kEddsa}, kEd25519,
                                             make_mpi(concatenation({Bytes{0x40}, key.spki().last(32)}))}));
    default: break;
  }
  // ... SEQUENCE { INTEGER modulus, INTEGER 65537 }, of 2048 bits.
  return make_packet(tag, concatenation({head, Bytes{kRsa}, make_mpi(key.spki().last(5 + 256).first(256)),
                                         make_mpi(key.spki().last(3))}));
}

inline KeyPacket parsed_key(ByteView packet) {
  tlscore::ByteReader reader(packet);
  return *parse_public_key(*next_packet(reader));
}

/// Key flags (section 5.2.3.21), as a subpacket.
inline Bytes flags_subpacket(std::uint8_t flags) {
  return make_subpacket(27, Bytes{flags});
}

/// A primary key with a user ID.
inline Bytes claimed_certificate(const tlscore::x509::PublicKey& primary, std::string_view user_id,
                                 std::uint8_t flags = kMayCertify | kMayAuthenticate) {
  const Bytes key = make_key_packet(kPublicKeyTag, primary);
  const KeyPacket its = parsed_key(key);
  return concatenation({key, make_packet(kUserIdTag, user_id),
                        claimed_signature(kPositiveCertification, its, 1, flags_subpacket(flags))});
}

/// The same with a subkey.
inline Bytes claimed_certificate_with_subkey(const tlscore::x509::PublicKey& primary,
                                             std::string_view user_id, const tlscore::x509::PublicKey& subkey,
                                             std::uint8_t flags = kMayAuthenticate) {
  const KeyPacket its = parsed_key(make_key_packet(kPublicKeyTag, primary));
  return concatenation({claimed_certificate(primary, user_id, kMayCertify),
                        make_key_packet(kPublicSubkeyTag, subkey),
                        claimed_signature(kSubkeyBinding, its, 1, flags_subpacket(flags))});
}

}  // namespace openpgp_auth
