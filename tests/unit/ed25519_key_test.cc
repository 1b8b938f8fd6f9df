// An Ed25519 key as a file holds it. The first is RFC 8410's (section 10.3), with its public half (10.1).
#include "tlscore/x509/ed25519_key.h"

#include <gtest/gtest.h>

#include "tlscore/x509/ed25519.h"
#include "tlscore/x509/pem.h"

namespace tlscore::x509 {
namespace {

const std::string kKey = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
const std::string kSpki = "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";

Bytes octets() {
  return *from_base64(kKey);
}

std::string pem_of(ByteView der) {
  return to_pem("PRIVATE KEY", der);
}

TEST(Ed25519Key, IsReadAndHasItsPublicHalf) {
  const std::string pem = "text before\n" + pem_of(octets());
  EXPECT_TRUE(Ed25519Key::is_in(pem));
  const auto key = Ed25519Key::parse_pem(pem);
  ASSERT_TRUE(key.has_value()) << key.error().message;
  EXPECT_EQ(to_base64(key->public_key().spki()), kSpki);
}

TEST(Ed25519Key, SignsTheMessageItself) {
  const auto key = Ed25519Key::parse_pem(pem_of(octets()));
  const Bytes message = to_bytes("what is signed");
  const Bytes signature = key->sign(message);
  const auto point = ed25519_point(key->public_key().spki());
  EXPECT_TRUE(ed25519_verifies(*point, message, signature));
  EXPECT_FALSE(ed25519_verifies(*point, to_bytes("something else"), signature));
}

TEST(Ed25519Key, IsNotInOtherText) {
  EXPECT_FALSE(Ed25519Key::is_in(""));
  EXPECT_FALSE(Ed25519Key::is_in(to_pem("EC PRIVATE KEY", octets())));
  EXPECT_FALSE(Ed25519Key::is_in(*read_file("tests/data/x509/p256.key")));
}

TEST(Ed25519Key, RefusesWhatIsCutShortOrHasAnotherLength) {
  const Bytes whole = octets();
  for (std::size_t n = 0; n < whole.size(); ++n) {
    SCOPED_TRACE(n);
    EXPECT_FALSE(Ed25519Key::parse_pem(pem_of(ByteView(whole).first(n))).has_value());
  }
  Bytes shorter = whole;  // 31 octets of seed, all lengths right
  shorter.pop_back();
  for (const std::size_t at : {1U, 13U, 15U}) --shorter[at];
  EXPECT_TRUE(Ed25519Key::is_in(pem_of(shorter)));
  EXPECT_FALSE(Ed25519Key::parse_pem(pem_of(shorter)).has_value());
}

TEST(Ed25519Key, RefusesAnotherAlgorithm) {
  Bytes x25519 = octets();
  x25519[11] = 0x6e;  // id-X25519
  EXPECT_FALSE(Ed25519Key::is_in(pem_of(x25519)));
  EXPECT_FALSE(Ed25519Key::parse_pem(pem_of(x25519)).has_value());
}

}  // namespace
}  // namespace tlscore::x509
