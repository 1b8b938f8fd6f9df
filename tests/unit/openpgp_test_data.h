// Files of tests/data/openpgp, which make.sh made with GnuPG, and packets made by hand.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "openpgp-auth/certificate.h"
#include "tlscore/x509/pem.h"

namespace openpgp_auth {

/// A whole file of binary packets; tests run in the repository's root.
inline Bytes openpgp_data(const std::string& name) {
  const auto octets = tlscore::x509::read_file("tests/data/openpgp/" + name);
  EXPECT_TRUE(octets) << octets.error().message;
  return octets ? tlscore::to_bytes(*octets) : Bytes{};
}

/// The body of a Certificate message that GnuTLS sent (tests/data/rfc6091).
inline Bytes captured_body(const std::string& name) {
  const auto octets = tlscore::x509::read_file("tests/data/rfc6091/" + name + ".body");
  EXPECT_TRUE(octets) << octets.error().message;
  return octets ? tlscore::to_bytes(*octets) : Bytes{};
}

/// The certificate in a file of openpgp_data.
inline Certificate openpgp_certificate(const std::string& name) {
  auto certificate = Certificate::parse(openpgp_data(name));
  EXPECT_TRUE(certificate) << name << ": " << certificate.error().message;
  return std::move(*certificate);
}

/// A packet with a header of the new format and a length of four octets (RFC 4880, section 4.2.2.3).
inline Bytes make_packet(std::uint8_t tag, ByteView body) {
  tlscore::ByteWriter writer;
  writer.u8(0xc0U | tag);
  writer.u8(0xff);
  writer.u32(static_cast<std::uint32_t>(body.size()));
  writer.bytes(body);
  return writer.take();
}

inline Bytes make_packet(std::uint8_t tag, std::string_view text) {
  return make_packet(tag, tlscore::as_bytes(text));
}

inline Bytes concatenation(std::initializer_list<ByteView> parts) {
  Bytes all;
  for (const ByteView part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// A subpacket of a signature (RFC 4880, section 5.2.3.1) of fewer than 191 octets; add 0x80 to make it
/// critical.
inline Bytes make_subpacket(unsigned type, ByteView body) {
  const Bytes head = {static_cast<std::uint8_t>(body.size() + 1), static_cast<std::uint8_t>(type)};
  return concatenation({head, body});
}

/// The issuer's key ID, as a subpacket.
inline Bytes issuer_subpacket(const KeyPacket& issuer) {
  return make_subpacket(16, issuer.key_id.octets);
}

/// The body of a signature of version 4, RSA and SHA-256, with these areas and a number that verifies
/// nothing.
inline Bytes make_signature(std::uint8_t type, ByteView hashed, ByteView unhashed) {
  tlscore::ByteWriter writer;
  writer.bytes(Bytes{4, type, 1, 8});
  writer.u16(static_cast<std::uint16_t>(hashed.size()));
  writer.bytes(hashed);
  writer.u16(static_cast<std::uint16_t>(unhashed.size()));
  writer.bytes(unhashed);
  writer.bytes(Bytes{0, 0, 0, 1, 1});
  return writer.take();
}

/// A creation time, as a subpacket.
inline Bytes creation_subpacket(std::uint8_t seconds) {
  return make_subpacket(2, Bytes{0, 0, 0, seconds});
}

/// A packet with a signature that says of itself that this key made it, at that second of 1970.
inline Bytes claimed_signature(std::uint8_t type, const KeyPacket& issuer, std::uint8_t seconds = 1,
                               ByteView more_hashed = {}) {
  const Bytes hashed = concatenation({creation_subpacket(seconds), more_hashed});
  return make_packet(kSignatureTag, make_signature(type, hashed, issuer_subpacket(issuer)));
}

}  // namespace openpgp_auth
