// Which TLSA records can be used, and which of those count.
#include "tlscore/dns/tlsa_usable.h"

#include <gtest/gtest.h>

#include "tests/unit/x509_builder.h"

namespace tlscore::dns {
namespace {

const Bytes kDigest256 = Bytes(32, 0x11);
const Bytes kDigest512 = Bytes(64, 0x22);

TEST(TlsaUsable, EveryFormCanBeUsed) {
  x509::Holder holder("Leaf");
  const x509::Certificate leaf = certificate(holder, holder, {});
  const Bytes cert(leaf.der().begin(), leaf.der().end());
  const Bytes key(leaf.public_key().spki().begin(), leaf.public_key().spki().end());
  for (std::uint8_t usage = 0; usage < 4; ++usage) {
    for (const auto& [selector, whole] : {std::pair<std::uint8_t, Bytes>{0, cert}, {1, key}}) {
      EXPECT_EQ(why_unusable({usage, selector, 0, whole}), std::nullopt);
      EXPECT_EQ(why_unusable({usage, selector, 1, kDigest256}), std::nullopt);
      EXPECT_EQ(why_unusable({usage, selector, 2, kDigest512}), std::nullopt);
    }
  }
}

TEST(TlsaUsable, UnknownNumbersCannotBeUsed) {
  EXPECT_EQ(why_unusable({4, 1, 1, kDigest256}), "its certificate usage is 4");
  EXPECT_EQ(why_unusable({255, 1, 1, kDigest256}), "its certificate usage is 255") << "PrivCert";
  EXPECT_EQ(why_unusable({3, 2, 1, kDigest256}), "its selector is 2");
  EXPECT_EQ(why_unusable({3, 1, 3, kDigest256}), "its matching type is 3");
}

TEST(TlsaUsable, ADigestHasItsHashsLength) {
  EXPECT_EQ(why_unusable({3, 1, 1, kDigest512}), "its digest has 64 octets");
  EXPECT_EQ(why_unusable({3, 1, 2, kDigest256}), "its digest has 32 octets");
  EXPECT_EQ(why_unusable({3, 1, 1, {}}), "its digest has 0 octets");
}

TEST(TlsaUsable, WholeDataIsACertificateOrAKey) {
  EXPECT_EQ(why_unusable({3, 0, 0, kDigest256}), "its data is no certificate");
  EXPECT_EQ(why_unusable({3, 1, 0, kDigest256}), "its data is no public key");
  x509::Holder holder("Leaf");
  Bytes der = certificate_der(holder, holder, {});
  EXPECT_EQ(why_unusable({3, 1, 0, der}), "its data is no public key") << "a certificate instead";
  der.push_back(0);
  EXPECT_EQ(why_unusable({2, 0, 0, der}), "its data is no certificate") << "an octet too many";
  der.resize(der.size() - 2);
  EXPECT_EQ(why_unusable({2, 0, 0, der}), "its data is no certificate") << "an octet too few";
}

TEST(TlsaUsable, AKeyThatWeDoNotKnowIsStillAKey) {
  // An Ed448 key (RFC 8410, section 4): nothing of ours verifies with it, but it can be compared.
  const Bytes octets(58, 0x33);
  const Bytes ed448 = x509::der(
      x509::kDerSequence, {Bytes{0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x71}, x509::der_bit_string(octets)});
  EXPECT_EQ(why_unusable({3, 1, 0, ed448}), std::nullopt);
}

std::size_t count(const std::vector<TlsaRecord>& records) {
  return records_that_count(records).size();
}

TEST(TlsaAgility, OnlyTheStrongestDigestOfOneUsageAndSelectorCounts) {
  const std::vector<TlsaRecord> records = {
      {3, 1, 1, kDigest256}, {3, 1, 2, kDigest512}, {3, 1, 1, Bytes(32)}};
  const auto counting = records_that_count(records);
  ASSERT_EQ(counting.size(), 1U);
  EXPECT_EQ(counting.front(), &records[1]);
}

TEST(TlsaAgility, OtherUsagesAndSelectorsDoNotHideADigest) {
  EXPECT_EQ(count({{3, 1, 1, kDigest256}, {3, 0, 2, kDigest512}}), 2U);
  EXPECT_EQ(count({{3, 1, 1, kDigest256}, {2, 1, 2, kDigest512}}), 2U);
}

TEST(TlsaAgility, WholeDataAlwaysCounts) {
  const x509::Holder holder("Leaf");
  const auto spki = holder.key.public_key().spki();
  EXPECT_EQ(count({{3, 1, 0, {spki.begin(), spki.end()}}, {3, 1, 1, kDigest256}, {3, 1, 2, kDigest512}}), 2U);
}

TEST(TlsaAgility, ARecordThatCannotBeUsedHidesNothing) {
  EXPECT_EQ(count({{3, 1, 1, kDigest256}, {3, 1, 2, kDigest256}}), 1U);
  EXPECT_EQ(count({{3, 1, 1, kDigest256}, {3, 1, 3, kDigest512}}), 1U);
  EXPECT_EQ(count({{3, 1, 2, kDigest256}}), 0U);
  EXPECT_EQ(count({}), 0U);
}

}  // namespace
}  // namespace tlscore::dns
