// gpg-agent's S-expressions: keys and signatures as the rest of Latchkey has them, and what is refused.
#include "openpgp-auth/agent_octets.h"

#include <gtest/gtest.h>

#include "openpgp-auth/agent_connection.h"
#include "openpgp-auth/s_expression.h"

namespace openpgp_auth {
namespace {

using tlscore::Bytes;
using tlscore::ByteView;
using tlscore::ErrorKind;
using tlscore::x509::PublicKey;

Bytes octets(std::string_view text) {
  return {text.begin(), text.end()};
}

/// "(LENGTH:NAME LENGTH:VALUE)"
Bytes pair(std::string_view name, ByteView value) {
  Bytes list = octets("(" + std::to_string(name.size()) + ":" + std::string(name) +
                      std::to_string(value.size()) + ":");
  list.insert(list.end(), value.begin(), value.end());
  list.push_back(')');
  return list;
}

Bytes wrapped(std::string_view front, std::initializer_list<Bytes> parts, std::string_view back) {
  Bytes whole = octets(front);
  for (const Bytes& part : parts) whole.insert(whole.end(), part.begin(), part.end());
  const Bytes end = octets(back);
  whole.insert(whole.end(), end.begin(), end.end());
  return whole;
}

Bytes rsa_key(const Bytes& modulus) {
  return wrapped("(10:public-key(3:rsa", {pair("n", modulus), pair("e", Bytes{1, 0, 1})}, "))");
}

Bytes modulus_2048() {
  Bytes modulus(257, 0xab);
  modulus[0] = 0;  // as libgcrypt has it where the first bit is set
  modulus[1] = 0xc0;
  modulus.back() = 0x01;
  return modulus;
}

Bytes ecdsa(const Bytes& r, const Bytes& s) {
  return wrapped("(7:sig-val(5:ecdsa", {pair("r", r), pair("s", s)}, "))");
}

PublicKey p256() {
  // The base point of the curve (SEC 2, section 2.4.2) is a public key as good as any.
  const Bytes point = *tlscore::from_hex(
      "046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
      "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
  return *read_agent_key(
      wrapped("(10:public-key(3:ecc", {pair("curve", octets("NIST P-256")), pair("q", point)}, "))"));
}

ErrorKind refusal(const auto& result) {
  return result ? ErrorKind::Closed : result.error().kind;
}

TEST(SExpression, FindsListsByTheirNames) {
  const Bytes text = octets("(1:a(1:b(1:c3:xyz))(1:d))");
  const auto whole = parse_s_expression(text);
  ASSERT_TRUE(whole.has_value());
  const auto* const found = whole->find({"b", "c"});
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(Bytes(found->value()->begin(), found->value()->end()), octets("xyz"));
  EXPECT_EQ(whole->find({"c"}), nullptr) << "it is not directly in there";
  EXPECT_FALSE(whole->find({"d"})->value().has_value());
  EXPECT_FALSE(whole->find({"b"})->value().has_value()) << "a list is no value";
}

TEST(SExpression, RefusesWhatIsCutAnywhere) {
  const Bytes text = octets("(1:a(1:b(1:c3:xyz)))");
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_EQ(refusal(parse_s_expression(ByteView(text).first(size))), ErrorKind::Malformed) << size;
}

TEST(SExpression, RefusesEachThingThatIsNoneInTurn) {
  for (const char* text :
       {"(1:a))", "1:ab", "(01:a)", "(:a)", "(99999999999999999999:a)", "(-1:a)", "[1:a]1:b", "(1a)", ")"}) {
    EXPECT_EQ(refusal(parse_s_expression(octets(text))), ErrorKind::Malformed) << text;
  }
  EXPECT_EQ(refusal(parse_s_expression(octets(std::string(9, '(') + std::string(9, ')')))),
            ErrorKind::TooLarge);
  EXPECT_EQ(refusal(parse_s_expression(Bytes(16385, '('))), ErrorKind::TooLarge);
}

TEST(AgentOctets, ReadsKeysOfEachKind) {
  const auto rsa = read_agent_key(rsa_key(modulus_2048()));
  ASSERT_TRUE(rsa.has_value()) << rsa.error().message;
  EXPECT_EQ(rsa->describe(), "RSA 2048");
  EXPECT_EQ(p256().describe(), "P-256");
  // RFC 8032, section 7.1, test 1
  const Bytes point =
      *tlscore::from_hex("40d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  const auto ed25519 = read_agent_key(
      wrapped("(10:public-key(3:ecc",
              {pair("curve", octets("Ed25519")), octets("(5:flags5:eddsa)"), pair("q", point)}, "))"));
  ASSERT_TRUE(ed25519.has_value()) << ed25519.error().message;
  EXPECT_EQ(ed25519->describe(), "Ed25519");
}

TEST(AgentOctets, RefusesKeysThatCannotSignForUs) {
  EXPECT_EQ(refusal(read_agent_key(octets("(10:public-key(3:dsa(1:p1:1)))"))), ErrorKind::Unsupported);
  EXPECT_EQ(refusal(read_agent_key(octets("(10:public-key(3:ecc(5:curve10:Curve25519)(1:q1:1)))"))),
            ErrorKind::Unsupported);
  EXPECT_EQ(refusal(read_agent_key(octets("(10:public-key(3:rsa(1:e1:1)))"))), ErrorKind::Malformed);
  EXPECT_EQ(refusal(read_agent_key(octets("(10:public-key(3:ecc(5:curve10:NIST P-256)(1:q1:1)))"))),
            ErrorKind::Malformed);
}

TEST(AgentOctets, AnRsaSignatureIsAsLongAsTheModulus) {
  const auto key = read_agent_key(rsa_key(modulus_2048()));
  ASSERT_TRUE(key.has_value());
  for (const std::size_t size : {255U, 256U, 257U}) {
    Bytes number(size, 0x11);
    if (size == 257) number[0] = 0;
    const auto signature = read_agent_signature(*key, wrapped("(7:sig-val(3:rsa", {pair("s", number)}, "))"));
    ASSERT_TRUE(signature.has_value()) << size;
    EXPECT_EQ(signature->size(), 256U) << size;
  }
  const auto too_long =
      read_agent_signature(*key, wrapped("(7:sig-val(3:rsa", {pair("s", Bytes(257, 0x11))}, "))"));
  EXPECT_EQ(refusal(too_long), ErrorKind::Malformed);
}

TEST(AgentOctets, AnEcdsaSignatureIsDerWhateverTheNumbersLengths) {
  Bytes long_number(33, 0xee);
  long_number[0] = 0;
  const auto signature = read_agent_signature(p256(), ecdsa(Bytes(31, 0x11), long_number));
  ASSERT_TRUE(signature.has_value());
  EXPECT_EQ(signature->size(), 2 + (2 + 31) + (2 + 33)) << "r has 31 octets, s a zero before its first bit";
  EXPECT_EQ(refusal(read_agent_signature(p256(), ecdsa(Bytes(33, 0x11), Bytes(32, 0x11)))),
            ErrorKind::Malformed);
}

TEST(AgentOctets, RefusesASignatureOfAnotherKind) {
  const Bytes rsa = wrapped("(7:sig-val(3:rsa", {pair("s", Bytes(32, 0x11))}, "))");
  EXPECT_EQ(refusal(read_agent_signature(p256(), rsa)), ErrorKind::Malformed);
}

TEST(AgentOctets, ACommandIsOneLine) {
  EXPECT_TRUE(is_agent_command("OPTION ttyname=/dev/pts/1"));
  EXPECT_FALSE(is_agent_command("OPTION ttyname=x\nSCD PKAUTH OPENPGP.3"));
  EXPECT_FALSE(is_agent_command(std::string(1001, 'a')));
}

}  // namespace
}  // namespace openpgp_auth
