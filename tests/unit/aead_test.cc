// Encrypted octets: what they give back, and to whom.
#include "tlscore/x509/aead.h"

#include <gtest/gtest.h>

namespace tlscore::x509 {
namespace {

/// Of draft-irtf-cfrg-xchacha-03, appendix A.3.1: 24 octets of nonce, the ciphertext, the tag.
constexpr std::string_view kSealed =
    "404142434445464748494a4b4c4d4e4f5051525354555657"
    "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c670"
    "8c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9"
    "768812f615c68b13b52e"
    "c0875924c1c7987947deafd8780acf49";
constexpr std::string_view kPlaintext =
    "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen "
    "would be it.";

class AeadTest : public testing::Test {
 protected:
  Bytes m_key = *from_hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
  Bytes m_associated = *from_hex("50515253c0c1c2c3c4c5c6c7");
  Bytes m_sealed = *from_hex(kSealed);
};

TEST_F(AeadTest, DecryptsTheDraftsExample) {
  const auto plaintext = aead_decrypt(m_key, m_sealed, m_associated);
  ASSERT_TRUE(plaintext) << plaintext.error().message;
  EXPECT_EQ(as_text(*plaintext), kPlaintext);
}

TEST_F(AeadTest, GivesBackWhatWasEncryptedAndNeverTheSameTwice) {
  for (const Bytes& plaintext : {Bytes(), Bytes(1), Bytes(1000, 7)}) {
    const Bytes once = aead_encrypt(m_key, plaintext, m_associated);
    EXPECT_EQ(once.size(), plaintext.size() + kAeadOverheadBytes);
    EXPECT_EQ(aead_decrypt(m_key, once, m_associated).value(), plaintext);
    EXPECT_NE(aead_encrypt(m_key, plaintext, m_associated), once);
  }
}

TEST_F(AeadTest, RefusesEveryChange) {
  for (std::size_t place = 0; place < m_sealed.size(); ++place) {
    Bytes changed = m_sealed;
    changed[place] ^= 1U;
    EXPECT_FALSE(aead_decrypt(m_key, changed, m_associated)) << place;
    EXPECT_FALSE(aead_decrypt(m_key, ByteView(m_sealed).first(place), m_associated)) << place;
  }
}

TEST_F(AeadTest, RefusesAnotherKeyAndOtherAssociatedData) {
  Bytes other = m_key;
  other[0] ^= 1U;
  EXPECT_EQ(aead_decrypt(other, m_sealed, m_associated).error().kind, ErrorKind::Untrusted);
  EXPECT_EQ(aead_decrypt(m_key, m_sealed, ByteView()).error().kind, ErrorKind::Untrusted);
}

}  // namespace
}  // namespace tlscore::x509
