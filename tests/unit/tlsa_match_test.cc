// All 24 forms of TLSA against chains made here.
#include "tlscore/dns/tlsa_match.h"

#include <gtest/gtest.h>

#include "tests/unit/x509_builder.h"
#include "tlscore/dns/tlsa_text.h"
#include "tlscore/dns/tlsa_usable.h"
#include "tlscore/x509/date.h"
#include "tlscore/x509/digest.h"

namespace tlscore::dns {
namespace {

using x509::basic_constraints;
using x509::Certificate;
using x509::certificate;
using x509::Holder;
using x509::TrustStore;
using x509::Validity;

constexpr std::uint8_t kSelectors[] = {kCert, kSpki};
constexpr std::uint8_t kTypes[] = {kFull, kSha2_256, kSha2_512};

TlsaRecord record_of(std::uint8_t usage, std::uint8_t selector, std::uint8_t type,
                     const Certificate& certificate) {
  const ByteView view = selector == kCert ? certificate.der() : certificate.public_key().spki();
  switch (type) {
    case kSha2_256: return {usage, selector, type, x509::digest(x509::Hash::Sha256, view)};
    case kSha2_512: return {usage, selector, type, x509::digest(x509::Hash::Sha512, view)};
    default: return {usage, selector, type, {view.begin(), view.end()}};
  }
}

/// Root, intermediate and leaf; tests change what they are about, and call make() then.
class TlsaMatch : public testing::Test {
 protected:
  TlsaMatch() { make(); }

  void make() {
    m_root = certificate(m_root_holder, m_root_holder, {basic_constraints(true)}, m_root_validity);
    m_ca = certificate(m_ca_holder, m_root_holder, {basic_constraints(true)}, m_ca_validity);
    m_leaf = certificate(m_leaf_holder, m_ca_holder, {x509::alternative_names({x509::dns(m_leaf_name)})},
                         m_leaf_validity);
    m_stranger = certificate(m_stranger_holder, m_stranger_holder, {basic_constraints(true)});
    m_chain = {*m_leaf, *m_ca};
    m_roots = {*m_root};
  }

  TlsaOutcome match(const std::vector<TlsaRecord>& records) {
    const auto roots = TrustStore::from_certificates(m_roots);
    return match_tlsa(records, {.chain = m_chain,
                                .key = m_key,
                                .host = "party.example",
                                .base_domain = m_base_domain,
                                .now = *x509::parse_rfc3339("2030-01-01"),
                                .roots = *roots});
  }

  /// "match", "none usable", or why not.
  std::string say(const std::vector<TlsaRecord>& records) {
    const TlsaOutcome outcome = match(records);
    if (outcome.verdict == TlsaVerdict::Match) return "match";
    return outcome.verdict == TlsaVerdict::NoneUsable ? "none usable" : outcome.reason;
  }

  Holder m_root_holder{"Root"};
  Holder m_ca_holder{"CA"};
  Holder m_leaf_holder{"Leaf"};
  Holder m_stranger_holder{"Stranger"};
  Validity m_root_validity;
  Validity m_ca_validity;
  Validity m_leaf_validity;
  std::string m_leaf_name = "party.example";
  std::string m_base_domain;
  std::optional<Certificate> m_root;
  std::optional<Certificate> m_ca;
  std::optional<Certificate> m_leaf;
  std::optional<Certificate> m_stranger;
  std::vector<Certificate> m_chain;
  std::vector<Certificate> m_roots;
  std::optional<x509::PublicKey> m_key;
};

TEST_F(TlsaMatch, EveryFormMatchesWhatItIsAboutAndNothingElse) {
  for (std::uint8_t usage = 0; usage < 4; ++usage) {
    for (const std::uint8_t selector : kSelectors) {
      for (const std::uint8_t type : kTypes) {
        const bool is_ee = usage == kPkixEe || usage == kDaneEe;
        const TlsaRecord good = record_of(usage, selector, type, is_ee ? *m_leaf : *m_ca);
        const TlsaRecord other_end = record_of(usage, selector, type, is_ee ? *m_ca : *m_leaf);
        const TlsaRecord bad = record_of(usage, selector, type, *m_stranger);
        SCOPED_TRACE(kind_text(good));
        EXPECT_EQ(say({good}), "match");
        EXPECT_EQ(say({bad, good}), "match");
        EXPECT_EQ(match({other_end}).verdict, TlsaVerdict::Mismatch);
        EXPECT_EQ(match({bad}).verdict, TlsaVerdict::Mismatch);
      }
    }
  }
}

TEST_F(TlsaMatch, WithoutUsableRecordsThereIsNoDane) {
  EXPECT_EQ(match({}).verdict, TlsaVerdict::NoneUsable);
  EXPECT_EQ(match({{3, 1, 1, Bytes(31)}}).reason,
            "none of its TLSA records can be used (3 1 1: its digest has 31 octets)");
  EXPECT_EQ(match({{3, 1, 1, Bytes(31)}, {3, 1, 1, Bytes(32)}}).reason,
            "what it presented is not what its TLSA records say (3 1 1)");
}

TEST_F(TlsaMatch, AStrongerDigestThatDoesNotMatchHidesAWeakerThatDoes) {
  const TlsaRecord weak = record_of(kDaneEe, kSpki, kSha2_256, *m_leaf);
  EXPECT_EQ(match({weak, record_of(kDaneEe, kSpki, kSha2_512, *m_stranger)}).verdict, TlsaVerdict::Mismatch);
  EXPECT_EQ(say({weak, record_of(kDaneEe, kCert, kSha2_512, *m_stranger)}), "match");
}

TEST_F(TlsaMatch, DaneEeLooksAtNothingButTheCertificateOrKey) {
  m_leaf_name = "other.example";
  m_leaf_validity = {"200101000000Z", "200201000000Z"};
  make();
  m_roots = {};
  EXPECT_EQ(say({record_of(kDaneEe, kSpki, kSha2_256, *m_leaf)}), "match");
  m_chain = {*m_leaf};
  const TlsaOutcome outcome = match({record_of(kDaneEe, kCert, kFull, *m_leaf)});
  EXPECT_EQ(outcome.reason, "its TLSA record 3 0 0 matches its certificate");
  EXPECT_EQ(outcome.expires, std::chrono::sys_seconds::max());
}

TEST_F(TlsaMatch, EveryOtherUsageWantsTheNameAndTheDates) {
  const auto all = [this] {
    std::vector<std::vector<TlsaRecord>> sets;
    for (const std::uint8_t selector : kSelectors) {
      for (const std::uint8_t type : kTypes) {
        sets.push_back({record_of(kPkixTa, selector, type, *m_ca)});
        sets.push_back({record_of(kPkixEe, selector, type, *m_leaf)});
        sets.push_back({record_of(kDaneTa, selector, type, *m_ca)});
      }
    }
    return sets;
  };
  m_leaf_name = "other.example";
  make();
  for (const auto& set : all())
    EXPECT_NE(say(set).find("but it is for other.example, not for party.example"), std::string::npos)
        << say(set);
  m_leaf_name = "party.example";
  m_leaf_validity = {"250101000000Z", "290101000000Z"};
  make();
  for (const auto& set : all())
    EXPECT_NE(say(set).find("but the certificate expired on 2029-01-01"), std::string::npos) << say(set);
}

TEST_F(TlsaMatch, TheCertificateMayBeForTheBaseDomainInstead) {
  m_leaf_name = "target.example";
  make();
  const TlsaRecord record = record_of(kDaneTa, kCert, kSha2_256, *m_ca);
  EXPECT_NE(say({record}), "match");
  m_base_domain = "target.example";
  EXPECT_EQ(say({record}), "match");
  EXPECT_EQ(say({record_of(kPkixEe, kCert, kSha2_256, *m_leaf)}), "match");
  m_leaf_name = "party.example";
  make();
  EXPECT_EQ(say({record_of(kDaneTa, kCert, kSha2_256, *m_ca)}), "match") << "or for the name asked for";
}

TEST_F(TlsaMatch, PkixUsagesWantATrustedCa) {
  m_roots = {*m_stranger};
  for (const TlsaRecord& record :
       {record_of(kPkixTa, kCert, kSha2_256, *m_ca), record_of(kPkixEe, kSpki, kSha2_256, *m_leaf)}) {
    EXPECT_NE(say({record}).find("no path to a trusted CA"), std::string::npos) << say({record});
  }
  EXPECT_EQ(say({record_of(kDaneTa, kCert, kSha2_256, *m_ca)}), "match") << "DANE-TA does not";
}

TEST_F(TlsaMatch, PkixTaMayNameTheRootThatIsNotInTheChain) {
  for (const std::uint8_t selector : kSelectors) {
    for (const std::uint8_t type : kTypes)
      EXPECT_EQ(say({record_of(kPkixTa, selector, type, *m_root)}), "match");
  }
}

TEST_F(TlsaMatch, PkixTaFindsThePathOverTheCaThatItNames) {
  // Another root has the same name and key, and stands before the one that is meant.
  const Certificate twin = certificate(m_root_holder, m_root_holder, {basic_constraints(true)},
                                       {"250101000000Z", "340101000000Z"});
  m_roots = {*m_root, twin};
  EXPECT_EQ(say({record_of(kPkixTa, kCert, kSha2_256, *m_root)}), "match");
  EXPECT_EQ(say({record_of(kPkixTa, kCert, kSha2_256, twin)}), "match");
}

TEST_F(TlsaMatch, PkixTaHelpsOutWithACertificateThatIsMissingInTheChain) {
  m_chain = {*m_leaf};
  EXPECT_EQ(say({record_of(kPkixTa, kCert, kFull, *m_ca)}), "match");
  EXPECT_NE(say({record_of(kPkixTa, kCert, kSha2_256, *m_ca)}), "match");
  m_roots = {*m_stranger};
  EXPECT_NE(say({record_of(kPkixTa, kCert, kFull, *m_ca)}), "match") << "but it is not trusted";
}

TEST_F(TlsaMatch, DaneTaBringsACertificateThatIsNotInTheChain) {
  EXPECT_EQ(say({record_of(kDaneTa, kCert, kFull, *m_root)}), "match");
  EXPECT_NE(say({record_of(kDaneTa, kCert, kSha2_256, *m_root)}), "match") << "a digest does not";
  m_chain = {*m_leaf};
  EXPECT_EQ(say({record_of(kDaneTa, kCert, kFull, *m_ca)}), "match");
  EXPECT_NE(say({record_of(kDaneTa, kCert, kFull, *m_root)}), "match") << "between them one is missing";
}

TEST_F(TlsaMatch, DaneTaBringsAKeyThatIsNotInTheChain) {
  EXPECT_EQ(match({record_of(kDaneTa, kSpki, kFull, *m_root)}).reason,
            "its TLSA record 2 1 0 matches the CA CN=Root");
  EXPECT_NE(say({record_of(kDaneTa, kSpki, kSha2_256, *m_root)}), "match");
  m_chain = {*m_leaf};
  EXPECT_EQ(say({record_of(kDaneTa, kSpki, kFull, *m_ca)}), "match");
  EXPECT_NE(say({record_of(kDaneTa, kSpki, kFull, *m_root)}), "match");
  EXPECT_NE(say({record_of(kDaneTa, kSpki, kFull, *m_stranger)}), "match")
      << "a key that signed nothing here";
}

TEST_F(TlsaMatch, ABareKeyStillWantsNameAndDates) {
  m_chain = {*m_leaf};
  m_leaf_name = "other.example";
  make();
  m_chain = {*m_leaf};
  EXPECT_NE(say({record_of(kDaneTa, kSpki, kFull, *m_ca)}).find("it is for other.example"),
            std::string::npos);
}

TEST_F(TlsaMatch, ACaThatIsPresentedIsHeldToItsDatesAlsoByABareKey) {
  m_ca_validity = {"250101000000Z", "290101000000Z"};
  make();
  for (const std::uint8_t type : kTypes) {
    const std::string said = say({record_of(kDaneTa, kSpki, type, *m_ca)});
    EXPECT_NE(said.find("the CA certificate CN=CA expired on 2029-01-01"), std::string::npos) << said;
  }
}

TEST_F(TlsaMatch, DaneTaAboutTheServersOwnCertificateIsNoMatch) {
  const Certificate own =
      certificate(m_leaf_holder, m_leaf_holder, {x509::alternative_names({x509::dns("party.example")})});
  for (const auto& chain : {std::vector<Certificate>{own}, std::vector<Certificate>{own, own}}) {
    m_chain = chain;
    EXPECT_EQ(match({record_of(kDaneTa, kCert, kFull, own)}).verdict, TlsaVerdict::Mismatch);
    EXPECT_EQ(match({record_of(kDaneTa, kCert, kSha2_256, own)}).verdict, TlsaVerdict::Mismatch);
    EXPECT_EQ(match({record_of(kDaneTa, kSpki, kSha2_256, own)}).verdict, TlsaVerdict::Mismatch);
  }
}

TEST_F(TlsaMatch, DaneTaAboutTheServersOwnCertificateHidesNoCa) {
  m_leaf = certificate(m_leaf_holder, m_leaf_holder, {x509::alternative_names({x509::dns(m_leaf_name)})});
  const Certificate signed_by_ca =
      certificate(m_leaf_holder, m_ca_holder, {x509::alternative_names({x509::dns(m_leaf_name)})});
  const TlsaRecord of_ca = record_of(kDaneTa, kCert, kSha2_256, *m_ca);
  for (const Certificate& own : {*m_leaf, signed_by_ca}) {
    m_chain = {own, own, *m_ca};
    for (const std::uint8_t type : {kFull, kSha2_256}) {
      const bool is_signed = own == signed_by_ca;
      EXPECT_EQ(match({record_of(kDaneTa, kCert, type, own), of_ca}).verdict,
                is_signed ? TlsaVerdict::Match : TlsaVerdict::Mismatch)
          << is_signed << type;
    }
  }
}

TEST_F(TlsaMatch, DaneTaIsNoMatchForACaThatDidNotSign) {
  m_chain = {*m_leaf, *m_stranger};
  EXPECT_EQ(match({record_of(kDaneTa, kCert, kSha2_256, *m_stranger)}).verdict, TlsaVerdict::Mismatch);
}

TEST_F(TlsaMatch, AMatchLastsAsLongAsItsPath) {
  m_ca_validity = {"250101000000Z", "310101000000Z"};
  make();
  EXPECT_EQ(match({record_of(kDaneTa, kCert, kSha2_256, *m_ca)}).expires, *x509::parse_rfc3339("2031-01-01"));
  EXPECT_EQ(match({record_of(kPkixEe, kCert, kSha2_256, *m_leaf)}).expires,
            *x509::parse_rfc3339("2031-01-01"));
}

TEST_F(TlsaMatch, AKeyWithoutX509IsMatchedByDaneEeForKeysOnly) {
  const auto sets = [this](std::uint8_t usage, std::uint8_t selector) {
    return std::vector<TlsaRecord>{record_of(usage, selector, kFull, *m_leaf),
                                   record_of(usage, selector, kSha2_512, *m_leaf)};
  };
  m_key = m_leaf->public_key();
  m_chain = {};
  for (std::uint8_t usage = 0; usage < 4; ++usage) {
    for (const std::uint8_t selector : kSelectors) {
      const bool fits = usage == kDaneEe && selector == kSpki;
      EXPECT_EQ(match(sets(usage, selector)).verdict, fits ? TlsaVerdict::Match : TlsaVerdict::Mismatch);
    }
  }
  EXPECT_EQ(say({record_of(kDaneEe, kSpki, kSha2_256, *m_leaf)}), "match");
  EXPECT_EQ(match({{kDaneEe, kCert, kSha2_256, x509::sha256(m_key->spki())}}).verdict, TlsaVerdict::Mismatch)
      << "a key is no certificate";
  m_key = m_stranger->public_key();
  EXPECT_EQ(say({record_of(kDaneEe, kSpki, kSha2_256, *m_leaf)}),
            "it presented an OpenPGP key, and no TLSA record 3 1 x is about that (3 1 1)");
  m_key = std::nullopt;
  EXPECT_EQ(say({record_of(kDaneEe, kSpki, kSha2_256, *m_leaf)}),
            "it has TLSA records, and presented no certificate");
}

TEST_F(TlsaMatch, ManyRecordsAreToldInShort) {
  const std::vector<TlsaRecord> records(6, {3, 1, 1, Bytes(32)});
  EXPECT_EQ(say(records),
            "what it presented is not what its TLSA records say (3 1 1, 3 1 1, 3 1 1, 3 1 1 and 2 others)");
}

}  // namespace
}  // namespace tlscore::dns
