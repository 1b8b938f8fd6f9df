// What a CRL says, and everything for which it is not read.
#include "tlscore/x509/crl.h"

#include <gtest/gtest.h>

#include "tests/unit/crl_builder.h"
#include "tlscore/x509/date.h"
#include "tlscore/x509/pem.h"

namespace tlscore::x509 {
namespace {

class CrlTest : public testing::Test {
 protected:
  Result<Crl> made(const CrlFields& fields) { return Crl::parse_der(crl_der(m_ca, fields)); }
  ErrorKind kind(const CrlFields& fields) {
    const auto crl = made(fields);
    EXPECT_FALSE(crl);
    return crl ? ErrorKind::Internal : crl.error().kind;
  }

  Holder m_ca{"CA"};
};

TEST_F(CrlTest, ListsSerialNumbers) {
  const auto crl = made({.serials = {{5}, {1, 2, 3}, {0x00, 0xff}}});
  ASSERT_TRUE(crl) << crl.error().message;
  for (const Bytes& serial : {Bytes{5}, Bytes{1, 2, 3}, Bytes{0x00, 0xff}}) EXPECT_TRUE(crl->revokes(serial));
  for (const Bytes& serial : {Bytes{}, Bytes{1}, Bytes{1, 2}, Bytes{6}, Bytes{0xff}})
    EXPECT_FALSE(crl->revokes(serial));
  EXPECT_FALSE(made({})->revokes(Bytes{5}));
}

TEST_F(CrlTest, SaysWhoseItIsAndHowLongItHolds) {
  const Bytes identifier = der(kDerSequence, der(0x80, as_bytes("key")));
  const auto crl = made({.extensions = {extension(kAuthorityKeyOid, identifier)}});
  ASSERT_TRUE(crl) << crl.error().message;
  EXPECT_EQ(crl->issuer(), "CN=CA");
  EXPECT_EQ(crl->issuer_key(), certificate(m_ca, m_ca, {}).subject_key());
  EXPECT_EQ(as_text(crl->authority_key_identifier()), "key");
  EXPECT_EQ(crl->this_update(), *parse_rfc3339("2029-12-01"));
  EXPECT_EQ(crl->next_update(), *parse_rfc3339("2030-02-01"));
  EXPECT_TRUE(crl->scope().empty());
}

TEST_F(CrlTest, IsSignedByItsIssuerOnly) {
  Holder twin("CA");
  const auto crl = made({});
  EXPECT_TRUE(crl->check_signature(certificate(m_ca, m_ca, {})));
  EXPECT_EQ(crl->check_signature(certificate(twin, twin, {})).error().kind, ErrorKind::Untrusted);
}

TEST_F(CrlTest, EveryOctetCounts) {
  const Certificate ca = certificate(m_ca, m_ca, {});
  Bytes der = crl_der(m_ca, {.serials = {{5}}});
  for (std::uint8_t& octet : der) {
    octet ^= 1U;
    const auto changed = Crl::parse_der(der);
    EXPECT_FALSE(changed && changed->check_signature(ca));
    octet ^= 1U;
  }
}

TEST_F(CrlTest, APartOfAListIsReadAsAList) {
  const Bytes point = der(kDerSequence, der(0x81, Bytes{0xff}));  // onlyContainsUserCerts
  const auto crl = made({.serials = {{5}}, .extensions = {extension(kDistributionPointOid, point, true)}});
  ASSERT_TRUE(crl) << crl.error().message;
  EXPECT_TRUE(crl->revokes(Bytes{5}));
  EXPECT_EQ(to_hex(crl->scope()), to_hex(point));
}

TEST_F(CrlTest, WhatWouldChangeItsMeaningIsNotRead) {
  const Bytes indirect = der(kDerSequence, der(0x84, Bytes{0xff}));
  EXPECT_EQ(kind({.extensions = {extension(kDistributionPointOid, indirect, true)}}), ErrorKind::Unsupported);
  EXPECT_EQ(kind({.extensions = {extension(kDeltaCrlOid, Bytes{0x02, 0x01, 0x01}, true)}}),
            ErrorKind::Unsupported);
  EXPECT_EQ(kind({.extensions = {extension(kCommonNameOid, Bytes{}, true)}}), ErrorKind::Unsupported);
  EXPECT_TRUE(made({.extensions = {extension(kCommonNameOid, Bytes{}, false)}}));
  const Bytes strange = der(kDerSequence, extension(kCommonNameOid, Bytes{}, true));
  EXPECT_EQ(kind({.serials = {{5}}, .entry_extensions = strange}), ErrorKind::Unsupported);
  EXPECT_EQ(kind({.to = ""}), ErrorKind::Unsupported) << "nobody could say when it is old";
}

TEST_F(CrlTest, ABrokenOneIsNotRead) {
  const Bytes good =
      crl_der(m_ca, {.serials = {{5}, {6}}, .extensions = {extension(kCommonNameOid, Bytes{})}});
  ASSERT_TRUE(Crl::parse_der(good));
  for (std::size_t n = 0; n < good.size(); ++n) EXPECT_FALSE(Crl::parse_der(ByteView(good).first(n))) << n;
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_EQ(Crl::parse_der(longer).error().kind, ErrorKind::Malformed);
  EXPECT_EQ(kind({.from = "290230000000Z"}), ErrorKind::Malformed);
  EXPECT_EQ(Crl::parse_der(Bytes((16U << 20U) + 1)).error().kind, ErrorKind::TooLarge);
}

TEST_F(CrlTest, AFileHoldsOneInDerOrSeveralInPem) {
  const Bytes der = crl_der(m_ca, {});
  EXPECT_EQ(parse_crls(as_text(der))->size(), 1U);
  const std::string pem = to_pem("X509 CRL", der);
  EXPECT_EQ(parse_crls(pem + pem)->size(), 2U);
  EXPECT_EQ(parse_crls("").error().kind, ErrorKind::NotFound);
  EXPECT_EQ(parse_crls(to_pem("CERTIFICATE", der)).error().kind, ErrorKind::NotFound);
}

}  // namespace
}  // namespace tlscore::x509
