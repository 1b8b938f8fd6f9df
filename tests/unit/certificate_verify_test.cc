// The two algorithms in lists, what is signed with them, and the message that carries it. Whole handshakes
// are in ed25519_handshake_test.cc and engine_test.cc.
#include "tlscore/tls/certificate_verify.h"

#include <gtest/gtest.h>

namespace tlscore::tls {
namespace {

bool lists_rsa(const Bytes& extension) {
  return lists_algorithm(extension, kRsaPkcs1Sha256Legacy);
}

TEST(CertificateVerify, AnAlgorithmIsFoundWhereverItIsListed) {
  EXPECT_TRUE(lists_rsa({0, 2, 0x04, 0x20}));
  EXPECT_TRUE(lists_rsa({0, 6, 0x08, 0x04, 0x04, 0x01, 0x04, 0x20}));
  EXPECT_TRUE(lists_algorithm(Bytes{0, 4, 0x08, 0x07, 0x04, 0x20}, kEd25519));
}

TEST(CertificateVerify, AnAlgorithmIsNotFoundAcrossTwoOthersNorInTheLength) {
  EXPECT_FALSE(lists_rsa({0, 4, 0x08, 0x04, 0x20, 0x04}));
  EXPECT_FALSE(lists_rsa({0x04, 0x20}));
  EXPECT_FALSE(lists_rsa({0, 2, 0x05, 0x20}));
  EXPECT_FALSE(lists_algorithm(Bytes{0, 4, 0x04, 0x08, 0x07, 0x04}, kEd25519));
}

TEST(CertificateVerify, NothingIsReadBehindACutList) {
  EXPECT_FALSE(lists_rsa({}));
  EXPECT_FALSE(lists_rsa({0}));
  EXPECT_FALSE(lists_rsa({0, 2, 0x04}));
}

TEST(CertificateVerify, AnAlgorithmIsAddedAtTheEndOfAList) {
  Bytes room = {0x00, 0x0d, 0x00, 0x04, 0x00, 0x02, 0x04, 0x03, 0xaa, 0xbb, 0xcc};
  std::size_t size = 8;
  EXPECT_TRUE(add_algorithm(room, size, kEd25519));
  EXPECT_EQ(size, 10U);
  EXPECT_EQ(room, (Bytes{0x00, 0x0d, 0x00, 0x06, 0x00, 0x04, 0x04, 0x03, 0x08, 0x07, 0xcc}));
}

TEST(CertificateVerify, AnAlgorithmIsNotAddedWithoutRoomOrList) {
  Bytes room = {0x00, 0x0d, 0x00, 0x04, 0x00, 0x02, 0x04, 0x03, 0xaa};
  const Bytes before = room;
  std::size_t size = 8;
  EXPECT_FALSE(add_algorithm(room, size, kEd25519));
  size = 10;
  EXPECT_FALSE(add_algorithm(room, size, kEd25519));
  size = 5;
  EXPECT_FALSE(add_algorithm(room, size, kEd25519));
  EXPECT_EQ(room, before);
}

TEST(CertificateVerify, SignsTheContextBeforeTheTranscript) {
  const Bytes content = verify_content("client", Bytes{0xaa, 0xbb});
  ASSERT_EQ(content.size(), 64U + 33U + 1U + 2U);
  EXPECT_EQ(as_text(ByteView(content).first(73)), std::string(64, ' ') + "TLS 1.3, ");
  EXPECT_EQ(as_text(ByteView(content).subspan(64, 33)), "TLS 1.3, client CertificateVerify");
  EXPECT_EQ(Bytes(content.begin() + 97, content.end()), (Bytes{0x00, 0xaa, 0xbb}));
  EXPECT_NE(verify_content("server", Bytes{0xaa, 0xbb}), content);
}

TEST(CertificateVerify, ItsBodyIsReadWholeOrNotAtAll) {
  const Bytes body = {0x08, 0x07, 0x00, 0x03, 1, 2, 3};
  const auto message = parse_certificate_verify(body);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->algorithm, kEd25519);
  EXPECT_EQ(Bytes(message->signature.begin(), message->signature.end()), (Bytes{1, 2, 3}));
  for (std::size_t n = 0; n < body.size(); ++n)
    EXPECT_FALSE(parse_certificate_verify(ByteView(body).first(n))) << n;
  EXPECT_FALSE(parse_certificate_verify(Bytes{0x08, 0x07, 0x00, 0x02, 1, 2, 3}));
}

}  // namespace
}  // namespace tlscore::tls
