// Our own envelope: kept, found again, made anew; and what is done when the token does not sign.
#include "openpgp-auth/own_envelope.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/openpgp_builder.h"
#include "tests/unit/seeded_ed25519_key.h"
#include "tests/unit/soft_token_fixture.h"
#include "tests/unit/temp_folder.h"
#include "tlscore/x509/date.h"

namespace openpgp_auth {
namespace {

using tlscore::Cancel;
using tlscore::fail;
using tlscore::Task;
using tlscore::x509::SeededEd25519Key;
using tlscore::x509::SignatureRequest;

class OwnEnvelopeTest : public testing::Test {
 protected:
  [[nodiscard]] EnvelopeRequest wanted(const std::string& user_id = "party.example") const {
    return {
        .key = m_key.public_key(), .openpgp = claimed_certificate(m_key.public_key(), user_id), .now = m_now};
  }
  /// Counts, and signs unless it is told not to.
  Task<Result<Bytes>> sign(SignatureRequest request) {
    ++m_signatures;
    if (m_refuses) co_return fail(ErrorKind::Disarmed, "no token");
    co_return m_key.sign(request.digest);
  }
  [[nodiscard]] EnvelopeSigner signer() {
    return [this](SignatureRequest request, Cancel&) { return sign(std::move(request)); };
  }
  Result<tlscore::x509::Certificate> keep(EnvelopeRequest request) {
    return tlscore::token::run_to_end(*m_loop,
                                      keep_own_envelope(std::move(request), m_folder, signer(), m_cancel));
  }

  std::unique_ptr<tlscore::EventLoop> m_loop = *tlscore::EventLoop::create();
  Cancel m_cancel;
  SeededEd25519Key m_key;
  std::chrono::sys_seconds m_now = *tlscore::x509::parse_rfc3339("2030-01-01");
  tests::TempFolder m_parent;
  std::string m_folder = m_parent.path() + "/certificates";
  int m_signatures = 0;
  bool m_refuses = false;
};

TEST_F(OwnEnvelopeTest, IsMadeOnceAndFoundAgain) {
  EXPECT_EQ(find_own_envelope(wanted(), m_folder).error().kind, ErrorKind::NotFound);
  const auto made = keep(wanted());
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(keep(wanted()).value(), *made);
  EXPECT_EQ(m_signatures, 1);
  EXPECT_EQ(find_own_envelope(wanted(), m_folder)->certificate, *made);
  const auto mode = std::filesystem::status(m_folder).permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_all);
}

TEST_F(OwnEnvelopeTest, IsMadeAnewWhenAThirdOfItsLifeIsLeft) {
  const auto first = keep(wanted());
  m_now += kEnvelopeLife * 2 / 3 - std::chrono::days(1);
  EXPECT_EQ(keep(wanted()).value(), *first);
  m_now += std::chrono::days(2);
  EXPECT_TRUE(find_own_envelope(wanted(), m_folder)->is_due);
  const auto second = keep(wanted());
  ASSERT_TRUE(second);
  EXPECT_GT(second->not_after(), first->not_after());
  EXPECT_EQ(m_signatures, 2);
}

TEST_F(OwnEnvelopeTest, ThatIsDueIsGoodEnoughWhereTheTokenDoesNotSign) {
  const auto first = keep(wanted());
  m_now += kEnvelopeLife - std::chrono::days(1);
  m_refuses = true;
  EXPECT_EQ(keep(wanted()).value(), *first);
  EXPECT_EQ(m_signatures, 2);
  m_now += std::chrono::days(1);
  EXPECT_EQ(keep(wanted()).error().kind, ErrorKind::Disarmed);
}

TEST_F(OwnEnvelopeTest, ThatLastsAsLongAsItsKeyIsNotMadeAnew) {
  EnvelopeRequest request = wanted();
  request.expires = m_now + std::chrono::days(10);
  const auto first = keep(request);
  request.now += std::chrono::days(9);
  EXPECT_EQ(keep(request).value(), *first);
  EXPECT_EQ(m_signatures, 1);
}

TEST_F(OwnEnvelopeTest, IsMadeAnewWhereTheOpenPgpCertificateHasChanged) {
  ASSERT_TRUE(keep(wanted()));
  EnvelopeRequest changed = wanted();
  changed.openpgp = claimed_certificate(m_key.public_key(), "party.example", kMayCertify | kMaySign);
  ASSERT_TRUE(keep(changed));
  EXPECT_EQ(m_signatures, 2);
  EXPECT_EQ(find_own_envelope(wanted(), m_folder).error().kind, ErrorKind::NotFound);
}

TEST_F(OwnEnvelopeTest, EachUserIdHasItsOwn) {
  const auto first = keep(wanted());
  const auto second = keep(wanted("other.example"));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(keep(wanted()).value(), *first);
  EXPECT_EQ(keep(wanted("other.example")).value(), *second);
  EXPECT_EQ(m_signatures, 2);
}

TEST_F(OwnEnvelopeTest, IsMadeAnewWhereSomethingElseLiesInItsPlace) {
  const auto first = keep(wanted());
  const std::string path = m_folder + "/" + own_envelope_name(wanted());
  for (const std::string& text : {std::string("nothing"), first->pem() + first->pem()}) {
    std::ofstream(path) << text;
    EXPECT_EQ(find_own_envelope(wanted(), m_folder).error().kind, ErrorKind::NotFound);
  }
  std::filesystem::copy_file(m_folder + "/" + own_envelope_name(wanted()), path + ".other");
  std::ofstream(path) << keep(wanted("other.example"))->pem();
  EXPECT_EQ(find_own_envelope(wanted(), m_folder).error().kind, ErrorKind::NotFound);
}

TEST_F(OwnEnvelopeTest, NothingIsKeptOfASignatureThatIsAnotherKeys) {
  const EnvelopeSigner stranger = [](SignatureRequest request, Cancel&) -> Task<Result<Bytes>> {
    co_return SeededEd25519Key(2).sign(request.digest);
  };
  const auto made =
      tlscore::token::run_to_end(*m_loop, make_own_envelope(wanted(), m_folder, stranger, m_cancel));
  EXPECT_EQ(made.error().kind, ErrorKind::Untrusted);
  EXPECT_FALSE(std::filesystem::exists(m_folder));
}

TEST_F(OwnEnvelopeTest, SaysWhereItCannotBeKept) {
  m_folder = m_parent.path() + "/none/certificates";
  EXPECT_EQ(keep(wanted()).error().kind, ErrorKind::Internal);
}

}  // namespace
}  // namespace openpgp_auth
