// Which curve a token's key is on, by its CKA_EC_PARAMS.
#include "tlscore/token/token_keys.h"

#include <gtest/gtest.h>

namespace tlscore::token {
namespace {

using Type = x509::PublicKey::Type;

Type curve(std::string_view hex) {
  return curve_of(*from_hex(hex));
}

TEST(TokenKeys, KnowsTheCurvesByTheirOids) {
  EXPECT_EQ(curve("06082a8648ce3d030107"), Type::EcP256);
  EXPECT_EQ(curve("06052b81040022"), Type::EcP384);
  EXPECT_EQ(curve("06032b6570"), Type::Ed25519);
}

TEST(TokenKeys, KnowsEd25519ByItsNameToo) {
  EXPECT_EQ(curve("130c656477617264733235353139"), Type::Ed25519);
}

TEST(TokenKeys, AnyOtherCurveIsOther) {
  EXPECT_EQ(curve("06052b81040023"), Type::Other);              // P-521
  EXPECT_EQ(curve("06032b656e"), Type::Other);                  // X25519
  EXPECT_EQ(curve("130a65647761726473343438"), Type::Other);    // "edwards448"
  EXPECT_EQ(curve("130b6564776172647332353531"), Type::Other);  // cut
  EXPECT_EQ(curve("06032b657000"), Type::Other);
  EXPECT_EQ(curve(""), Type::Other);
}

}  // namespace
}  // namespace tlscore::token
