// Questions and answers between the proxy and the process that asks gpg, as octets.
#include "openpgp-auth/keyring_messages.h"

#include <gtest/gtest.h>

namespace openpgp_auth {
namespace {

using std::chrono::sys_seconds;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

KeyringAnswer some_answer() {
  const sys_seconds day{std::chrono::seconds(1'700'000'000)};
  return {.certificate = {.keys = {{.fingerprint = std::string(40, 'a'),
                                    .key_id = std::string(16, 'a'),
                                    .can_certify = true,
                                    .created = day},
                                   {.fingerprint = std::string(40, 'b'),
                                    .key_id = std::string(16, 'b'),
                                    .can_authenticate = true,
                                    .created = day,
                                    .expires = day + std::chrono::hours(1),
                                    .revoked = true}},
                          .user_ids = {{.text = "Ada", .revoked = true}}},
          .validity = {.in_keyring = true,
                       .owner_trust = Validity::Marginal,
                       .user_ids = {{.text = "Ada", .validity = Validity::Full, .tofu = TofuPolicy::Good}}},
          .holders = {{std::string(40, 'b'), std::string(40, 'a')}}};
}

TEST(KeyringMessages, CarryAnAnswerWhole) {
  const Bytes octets = encode_keyring_answer(Result<KeyringAnswer>(some_answer()));
  const auto read = decode_keyring_answer<KeyringAnswer>(octets);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(encode_keyring_answer(read), octets);
  EXPECT_TRUE(read->certificate.keys[1].revoked);
  EXPECT_EQ(read->certificate.keys[1].expires, some_answer().certificate.keys[1].expires);
  EXPECT_EQ(read->validity.user_ids[0].validity, Validity::Full);
  EXPECT_EQ(read->validity.user_ids[0].tofu, TofuPolicy::Good);
  EXPECT_EQ(read->holders, some_answer().holders);
}

TEST(KeyringMessages, CarryAnErrorInAnAnswersPlace) {
  const Result<KeyringAnswer> error = fail(ErrorKind::TimedOut, "gpg hangs");
  const auto read = decode_keyring_answer<KeyringAnswer>(encode_keyring_answer(error));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error(), (tlscore::Error{ErrorKind::TimedOut, "gpg hangs"}));
}

TEST(KeyringMessages, RefuseAnAnswerThatIsCutShortOrTooLong) {
  Bytes octets = encode_keyring_answer(Result<KeyringAnswer>(some_answer()));
  for (std::size_t n = 0; n < octets.size(); ++n) {
    const auto read = decode_keyring_answer<KeyringAnswer>(ByteView(octets).first(n));
    ASSERT_FALSE(read) << n;
    EXPECT_EQ(read.error().kind, ErrorKind::Malformed);
  }
  octets.push_back(0);
  EXPECT_FALSE(decode_keyring_answer<KeyringAnswer>(octets));
}

TEST(KeyringMessages, RefuseACertificateWithoutAKey) {
  KeyringAnswer answer = some_answer();
  answer.certificate.keys.clear();
  EXPECT_FALSE(decode_keyring_answer<KeyringAnswer>(encode_keyring_answer(Result<KeyringAnswer>(answer))));
}

TEST(KeyringMessages, RefuseAnEnumeratorThatIsNone) {
  const Result<Bytes> error = fail(ErrorKind::Internal, "");
  Bytes octets = encode_keyring_answer(error);
  ++octets[1];
  EXPECT_EQ(decode_keyring_answer<Bytes>(octets).error().kind, ErrorKind::Malformed);
  octets = encode_keyring_answer(Result<Bytes>(Bytes{1}));
  octets[0] = 2;
  EXPECT_FALSE(decode_keyring_answer<Bytes>(octets));
}

TEST(KeyringMessages, CarryOwnCertificates) {
  OwnCertificate own{.octets = {1, 2, 3},
                     .primary = Fingerprint::from_hex(std::string(40, 'a')).value(),
                     .key = Fingerprint::from_hex(std::string(40, 'b')).value(),
                     .user_id = "Ada",
                     .expires = sys_seconds{std::chrono::seconds(1'800'000'000)}};
  const auto read = decode_keyring_answer<OwnCertificate>(encode_keyring_answer(Result<OwnCertificate>(own)));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->octets, own.octets);
  EXPECT_EQ(read->primary, own.primary);
  EXPECT_EQ(read->key, own.key);
  EXPECT_EQ(read->user_id, "Ada");
  EXPECT_EQ(read->expires, own.expires);
}

TEST(KeyringMessages, CarryQuestionsAndRefuseOthers) {
  const KeyringQuestion question{
      .home = "/h", .scratch = "/s", .asked = LookQuestion{.certificate = {1, 2}, .key_id = "ab"}};
  Bytes octets = encode_keyring_question(question);
  const auto read = decode_keyring_question(octets);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->home, "/h");
  EXPECT_EQ(read->scratch, "/s");
  EXPECT_EQ(std::get<LookQuestion>(read->asked).certificate, (Bytes{1, 2}));
  EXPECT_EQ(std::get<LookQuestion>(read->asked).key_id, "ab");
  for (std::size_t n = 0; n < octets.size(); ++n)
    EXPECT_FALSE(decode_keyring_question(ByteView(octets).first(n))) << n;
  octets.push_back(0);
  EXPECT_FALSE(decode_keyring_question(octets));
}

}  // namespace
}  // namespace openpgp_auth
