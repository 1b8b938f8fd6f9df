// RFC 9963's algorithm in a list, and what is signed with it.
#include "tlscore/tls/rsa_pkcs1_verify.h"

#include <gtest/gtest.h>

namespace tlscore::tls {
namespace {

TEST(RsaPkcs1Verify, IsFoundWhereverItIsListed) {
  EXPECT_TRUE(lists_rsa_pkcs1(Bytes{0, 2, 0x04, 0x20}));
  EXPECT_TRUE(lists_rsa_pkcs1(Bytes{0, 6, 0x08, 0x04, 0x04, 0x01, 0x04, 0x20}));
}

TEST(RsaPkcs1Verify, IsNotFoundAcrossTwoOthersNorInTheLength) {
  EXPECT_FALSE(lists_rsa_pkcs1(Bytes{0, 4, 0x08, 0x04, 0x20, 0x04}));
  EXPECT_FALSE(lists_rsa_pkcs1(Bytes{0x04, 0x20}));
  EXPECT_FALSE(lists_rsa_pkcs1(Bytes{0, 2, 0x05, 0x20}));
}

TEST(RsaPkcs1Verify, ReadsNothingBehindACutList) {
  EXPECT_FALSE(lists_rsa_pkcs1(Bytes{}));
  EXPECT_FALSE(lists_rsa_pkcs1(Bytes{0}));
  EXPECT_FALSE(lists_rsa_pkcs1(Bytes{0, 2, 0x04}));
}

TEST(RsaPkcs1Verify, SignsTheContextBeforeTheTranscript) {
  const Bytes content = client_verify_content(Bytes{0xaa, 0xbb});
  ASSERT_EQ(content.size(), 64U + 33U + 1U + 2U);
  EXPECT_EQ(as_text(ByteView(content).first(73)), std::string(64, ' ') + "TLS 1.3, ");
  EXPECT_EQ(as_text(ByteView(content).subspan(64, 33)), "TLS 1.3, client CertificateVerify");
  EXPECT_EQ(Bytes(content.begin() + 97, content.end()), (Bytes{0x00, 0xaa, 0xbb}));
}

}  // namespace
}  // namespace tlscore::tls
