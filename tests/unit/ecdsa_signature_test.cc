// PKCS#11's r || s as DER.
#include "tlscore/token/ecdsa_signature.h"

#include <gtest/gtest.h>

namespace tlscore::token {
namespace {

Bytes raw(std::uint8_t r_first, std::uint8_t s_first, std::size_t coordinate_bytes) {
  Bytes octets(2 * coordinate_bytes, 0x11);
  octets[0] = r_first;
  octets[coordinate_bytes] = s_first;
  return octets;
}

TEST(EcdsaSignature, IsTwoIntegersInASequence) {
  Bytes octets(64, 0);
  octets[31] = 0x05;
  octets[63] = 0x7f;
  EXPECT_EQ(to_hex(ecdsa_signature_to_der(octets, 32).value()), "300602010502017f");
}

TEST(EcdsaSignature, ANumberWithItsHighBitSetGetsAZeroInFront) {
  const Bytes der = ecdsa_signature_to_der(raw(0x80, 0x7f, 32), 32).value();
  EXPECT_EQ(der[3], 33);
  EXPECT_EQ(der[4], 0);
  EXPECT_EQ(der[4 + 33 + 1], 32);
  EXPECT_EQ(der.size(), 2U + 2 + 33 + 2 + 32);
}

TEST(EcdsaSignature, LeadingZerosGo) {
  const Bytes der = ecdsa_signature_to_der(raw(0, 0x7f, 48), 48).value();
  EXPECT_EQ(der[3], 47);
}

TEST(EcdsaSignature, RefusesAnotherLengthThanTheCurves) {
  for (const std::size_t size : {0U, 63U, 65U, 96U}) {
    EXPECT_EQ(ecdsa_signature_to_der(Bytes(size, 1), 32).error().kind, ErrorKind::Malformed) << size;
  }
  EXPECT_FALSE(ecdsa_signature_to_der(Bytes(132, 1), 66).has_value()) << "P-521 would need longer lengths";
}

TEST(EcdsaSignature, RefusesZeros) {
  EXPECT_FALSE(ecdsa_signature_to_der(Bytes(64, 0), 32).has_value());
  Bytes only_r(64, 0);
  only_r[0] = 1;
  EXPECT_FALSE(ecdsa_signature_to_der(only_r, 32).has_value());
}

}  // namespace
}  // namespace tlscore::token
