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

}  // namespace openpgp_auth
