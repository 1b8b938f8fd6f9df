// What stays of a certificate, and what must not.
#include "openpgp-auth/minimal_certificate.h"

#include <gtest/gtest.h>

#include <ranges>

#include "tests/unit/openpgp_test_data.h"

namespace openpgp_auth {
namespace {

constexpr const char* kPrimaryName = "https://party.example";

/// names.pgp with its three user IDs in another order than GnuPG's, which puts the primary one first.
Certificate with_names_reversed() {
  const Certificate names = openpgp_certificate("names.pgp");
  Bytes packets = names.primary().packet;
  for (const UserId& user_id : std::views::reverse(names.user_ids()))
    packets = concatenation({packets, user_id.packet, user_id.self_signatures.at(0).packet});
  return *Certificate::parse(packets);
}

Certificate minimal(const Certificate& certificate, const Fingerprint& key, std::string_view user_id = "") {
  const auto packets = minimal_certificate(certificate, key, user_id);
  EXPECT_TRUE(packets) << packets.error().message;
  return *Certificate::parse(*packets);
}

TEST(MinimalCertificate, HasTheSubkeyInUseAndNoOther) {
  for (const char* const file : {"rsa.pgp", "p256.pgp", "p384.pgp", "ed25519.pgp"}) {
    SCOPED_TRACE(file);
    const Certificate whole = openpgp_certificate(file);
    for (const Subkey& subkey : whole.subkeys()) {
      const Certificate cut = minimal(whole, subkey.key.fingerprint);
      EXPECT_EQ(cut.primary().fingerprint, whole.primary().fingerprint);
      ASSERT_EQ(cut.subkeys().size(), 1U);
      EXPECT_EQ(cut.subkeys()[0].key.fingerprint, subkey.key.fingerprint);
      EXPECT_EQ(cut.subkeys()[0].bindings.size(), 1U);
    }
  }
}

TEST(MinimalCertificate, HasNoSubkeyWhereThePrimaryKeyIsInUse) {
  const Certificate whole = openpgp_certificate("rsa.pgp");
  EXPECT_TRUE(minimal(whole, whole.primary().fingerprint).subkeys().empty());
}

TEST(MinimalCertificate, ShowsOneUserIdWithoutOthersSignatures) {
  const Certificate whole = openpgp_certificate("names.pgp");
  const Certificate cut = minimal(whole, whole.primary().fingerprint, "Zo\xc3\xab <first@party.example>");
  ASSERT_EQ(cut.user_ids().size(), 1U);
  EXPECT_EQ(cut.user_ids()[0].text, "Zo\xc3\xab <first@party.example>");
  const UserId& shown = cut.user_ids()[0];
  const Bytes expected =
      concatenation({whole.primary().packet, shown.packet, shown.self_signatures.at(0).packet});
  EXPECT_TRUE(std::ranges::equal(cut.octets(), expected));
}

TEST(MinimalCertificate, ShowsThePrimaryUserIdWhereNoneIsChosen) {
  const Certificate whole = with_names_reversed();
  EXPECT_EQ(whole.user_ids()[2].text, kPrimaryName);
  EXPECT_EQ(minimal(whole, whole.primary().fingerprint).user_ids().at(0).text, kPrimaryName);
}

TEST(MinimalCertificate, ShowsTheFirstUserIdWhereNoneIsPrimary) {
  const Certificate whole = with_names_reversed();
  const Bytes two = concatenation({whole.primary().packet, whole.user_ids()[0].packet,
                                   whole.user_ids()[0].self_signatures[0].packet, whole.user_ids()[1].packet,
                                   whole.user_ids()[1].self_signatures[0].packet});
  const auto certificate = Certificate::parse(two);
  EXPECT_EQ(primary_user_id(*certificate), certificate->user_ids().data());
}

TEST(MinimalCertificate, PassesOverARevokedUserId) {
  const Certificate names = openpgp_certificate("names.pgp");
  const UserId& revoked = names.user_ids()[0];
  const UserId& other = names.user_ids()[1];
  const auto whole = Certificate::parse(
      concatenation({names.primary().packet, revoked.packet, revoked.self_signatures[0].packet,
                     claimed_signature(kCertificationRevocation, names.primary()), other.packet,
                     other.self_signatures[0].packet}));
  EXPECT_EQ(minimal(*whole, names.primary().fingerprint).user_ids().at(0).text, other.text);
}

TEST(MinimalCertificate, KeepsTheNewestSignatureOnTheKeyItselfAndNoRevocation) {
  const Certificate names = openpgp_certificate("names.pgp");
  const UserId& name = names.user_ids()[0];
  const Bytes newer = claimed_signature(kDirectKey, names.primary(), 2);
  const auto whole = Certificate::parse(
      concatenation({names.primary().packet, claimed_signature(kKeyRevocation, names.primary()), newer,
                     claimed_signature(kDirectKey, names.primary(), 1), name.packet,
                     name.self_signatures[0].packet, make_packet(kUserAttributeTag, "photo")}));
  const Bytes expected =
      concatenation({names.primary().packet, newer, name.packet, name.self_signatures[0].packet});
  EXPECT_EQ(*minimal_certificate(*whole, names.primary().fingerprint, ""), expected);
}

TEST(MinimalCertificate, TakesTheNewestSelfSignature) {
  // The second user ID was made primary a minute later: GnuPG's export has that signature only, so the first
  // one's is put beside it, which only GnuPG could tell from a good one.
  const Certificate names = openpgp_certificate("names.pgp");
  const UserId& primary = names.user_ids()[0];
  const Bytes& newer = primary.self_signatures[0].packet;
  const Bytes& older = names.user_ids()[1].self_signatures[0].packet;
  for (const Bytes& signatures : {concatenation({newer, older}), concatenation({older, newer})}) {
    const auto whole =
        Certificate::parse(concatenation({names.primary().packet, primary.packet, signatures}));
    ASSERT_EQ(whole->user_ids()[0].self_signatures.size(), 2U);
    const Certificate cut = minimal(*whole, names.primary().fingerprint);
    ASSERT_EQ(cut.user_ids()[0].self_signatures.size(), 1U);
    EXPECT_EQ(cut.user_ids()[0].self_signatures[0].packet, newer);
  }
}

TEST(MinimalCertificate, NamesTheUserIdsWhenTheChosenOneIsNotThere) {
  const Certificate whole = openpgp_certificate("names.pgp");
  const auto refused = minimal_certificate(whole, whole.primary().fingerprint, "party.example");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::NotFound);
  EXPECT_EQ(refused.error().message,
            "the OpenPGP certificate has no user ID \"party.example\"; it has \"https://party.example\", "
            "\"Zo\xc3\xab <first@party.example>\", \"third@party.example\"");
}

TEST(MinimalCertificate, RefusesAKeyThatIsNotInIt) {
  const auto refused = minimal_certificate(openpgp_certificate("rsa.pgp"), {}, "");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::NotFound);
}

TEST(MinimalCertificate, RefusesACertificateWithoutUserIds) {
  const Certificate whole = openpgp_certificate("rsa.pgp");
  const auto bare = Certificate::parse(whole.primary().packet);
  EXPECT_EQ(minimal_certificate(*bare, whole.primary().fingerprint, "").error().kind, ErrorKind::NotFound);
}

TEST(MinimalCertificate, RefusesAUserIdWithoutSelfSignature) {
  const Certificate whole = openpgp_certificate("rsa.pgp");
  const Certificate other = openpgp_certificate("p256.pgp");
  const UserId& unsigned_name = whole.user_ids()[0];
  const auto adopted = Certificate::parse(concatenation(
      {whole.primary().packet, unsigned_name.packet, other.user_ids()[0].self_signatures[0].packet}));
  EXPECT_EQ(minimal_certificate(*adopted, whole.primary().fingerprint, unsigned_name.text).error().kind,
            ErrorKind::Refused);
  EXPECT_EQ(minimal_certificate(*adopted, whole.primary().fingerprint, "").error().kind, ErrorKind::NotFound);
}

TEST(MinimalCertificate, RefusesASubkeyWithoutBinding) {
  const Certificate whole = openpgp_certificate("rsa.pgp");
  const UserId& name = whole.user_ids()[0];
  const KeyPacket& subkey = whole.subkeys()[0].key;
  const auto unbound = Certificate::parse(
      concatenation({whole.primary().packet, name.packet, name.self_signatures[0].packet, subkey.packet}));
  EXPECT_EQ(minimal_certificate(*unbound, subkey.fingerprint, "").error().kind, ErrorKind::Refused);
}

}  // namespace
}  // namespace openpgp_auth
