// The whole way from the proxy to a token and back: real signer processes, a real PKCS#11 module, and one
// that misbehaves.
#include "tlscore/token/signer_client.h"

#include <signal.h>
#include <sys/wait.h>

#include "tests/unit/soft_token_fixture.h"

namespace tlscore::token {
namespace {

using std::chrono::milliseconds;
using x509::Hash;
using x509::SignatureScheme;

class SignerClientTest : public SoftTokenTest {};

using Outcomes = std::vector<Result<Bytes>>;

/// Asks for a signature and keeps what comes of it.
Task<void> sign_into(SignerClient& client, std::string fingerprint, Cancel& cancel, Outcomes& outcomes) {
  auto request = request_for(SignatureScheme::Ecdsa);
  outcomes.push_back(co_await client.sign(std::move(fingerprint), std::move(request), cancel));
}

TEST_F(SignerClientTest, ListsTokensWithoutOpeningThem) {
  auto client = SignerClient::start(*loop, options());
  ASSERT_TRUE(client.has_value());
  const auto tokens = wait((*client)->list_tokens(cancel));
  ASSERT_TRUE(tokens.has_value()) << tokens.error().message;
  ASSERT_FALSE(tokens->empty());
  const TokenInfo& token = tokens->front();
  EXPECT_EQ(token.label, "Example token");
  EXPECT_EQ(token.manufacturer, "SoftHSM project");
  EXPECT_TRUE(token.uri.starts_with("pkcs11:")) << token.uri;
  EXPECT_TRUE(token.initialized && token.login_required);
  EXPECT_FALSE(token.hardware) << "a file is no hardware";
}

TEST_F(SignerClientTest, EveryKindOfKeySignsWithEverySchemeItHas) {
  const auto client = start(options());
  const std::vector<std::pair<std::uint8_t, SignatureScheme>> cases = {{1, SignatureScheme::Ecdsa},
                                                                       {2, SignatureScheme::Ecdsa},
                                                                       {3, SignatureScheme::RsaPkcs1},
                                                                       {3, SignatureScheme::RsaPss}};
  for (const auto& [id, scheme] : cases) {
    for (const Hash hash : {Hash::Sha256, Hash::Sha384, Hash::Sha512}) {
      SCOPED_TRACE(testing::Message()
                   << "key " << int{id} << ", " << to_string(scheme) << ", hash " << int(hash));
      const KeyInfo signing_key = key(*client, id);
      const auto request = request_for(scheme, hash);
      const auto signature = wait(client->sign(signing_key.fingerprint, request, cancel));
      ASSERT_TRUE(signature.has_value()) << signature.error().message;
      EXPECT_TRUE(signing_key.public_key.verify(request, *signature).has_value());
    }
  }
}

TEST_F(SignerClientTest, ShowsTheSameKeysBeforeAndAfterTheLogin) {
  const auto client = start(options(), false);
  const auto before = wait(client->list_keys(cancel));
  ASSERT_TRUE(before.has_value()) << before.error().message;
  ASSERT_EQ(before->size(), 3U);
  EXPECT_FALSE(before->front().unlocked);
  ASSERT_TRUE(wait(client->login(s_token.login_options(), cancel)).has_value());
  for (const KeyInfo& seen : *before) {
    const KeyInfo now = key(*client, seen.id.front());
    EXPECT_TRUE(now.unlocked);
    EXPECT_EQ(now.fingerprint, seen.fingerprint);
    EXPECT_EQ(now.uri, seen.uri);
  }
}

TEST_F(SignerClientTest, DoesNotSignBeforeTheLoginNorAfterTheLogout) {
  const auto client = start(options(), false);
  const KeyInfo p256 = key(*client, 1);
  const auto request = request_for(SignatureScheme::Ecdsa);
  EXPECT_EQ(wait(client->sign(p256.fingerprint, request, cancel)).error().kind, ErrorKind::Disarmed);
  ASSERT_TRUE(wait(client->login(s_token.login_options(), cancel)).has_value());
  EXPECT_TRUE(wait(client->sign(p256.fingerprint, request, cancel)).has_value());
  ASSERT_TRUE(wait(client->logout(cancel)).has_value());
  EXPECT_EQ(wait(client->sign(p256.fingerprint, request, cancel)).error().kind, ErrorKind::Disarmed);
}

TEST_F(SignerClientTest, RefusesASchemeThatTheKeyCannotDo) {
  const auto client = start(options("no-pss"));
  const KeyInfo rsa = key(*client, 3);
  EXPECT_TRUE(rsa.mechanisms.rsa_pkcs1);
  EXPECT_FALSE(rsa.mechanisms.rsa_pss);
  EXPECT_EQ(wait(client->sign(rsa.fingerprint, request_for(SignatureScheme::RsaPss), cancel)).error().kind,
            ErrorKind::Unsupported);
  EXPECT_EQ(wait(client->sign(key(*client, 1).fingerprint, request_for(SignatureScheme::RsaPkcs1), cancel))
                .error()
                .kind,
            ErrorKind::Unsupported);
}

TEST_F(SignerClientTest, RefusesADigestOfTheWrongLengthAndAnUnknownKey) {
  const auto client = start(options());
  auto request = request_for(SignatureScheme::Ecdsa);
  EXPECT_EQ(wait(client->sign(std::string(64, '0'), request, cancel)).error().kind, ErrorKind::NotFound);
  request.digest.pop_back();
  EXPECT_EQ(wait(client->sign(key(*client, 1).fingerprint, request, cancel)).error().kind,
            ErrorKind::Malformed);
}

TEST_F(SignerClientTest, AWrongPinIsEnteredOnceAndTheTriesLeftAreSaid) {
  const auto client = start(options("tries:few"), false);
  const std::string wrong = s_folder + "/wrong-pin";
  write(wrong, "123456");
  std::filesystem::permissions(wrong,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  LoginOptions login;
  login.source = PinSource::File;
  login.pin_file = wrong;
  const auto refused = wait(client->login(std::move(login), cancel));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::WrongPin);
  EXPECT_NE(refused.error().message.find("few tries are left"), std::string::npos) << refused.error().message;
  EXPECT_EQ(client->pin_tries(), PinTries::Few);
  EXPECT_EQ(calls("C_Login"), 1U);
}

TEST_F(SignerClientTest, TheLastTryNeedsTheUsersWord) {
  const auto client = start(options("tries:one"), false);
  EXPECT_EQ(client->pin_tries(), PinTries::One);
  const auto refused = wait(client->login(s_token.login_options(), cancel));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, ErrorKind::Refused);
  EXPECT_EQ(calls("C_Login"), 0U);
  LoginOptions told = s_token.login_options();
  told.allow_final_try = true;
  EXPECT_TRUE(wait(client->login(std::move(told), cancel)).has_value());
  EXPECT_EQ(calls("C_Login"), 1U);
}

TEST_F(SignerClientTest, ALockedPinIsNotEntered) {
  const auto client = start(options("tries:none"), false);
  LoginOptions login = s_token.login_options();
  login.allow_final_try = true;
  EXPECT_EQ(wait(client->login(std::move(login), cancel)).error().kind, ErrorKind::Refused);
  EXPECT_EQ(calls("C_Login"), 0U);
}

TEST_F(SignerClientTest, ALoginThatIsThereAlreadyAsksNobody) {
  const auto client = start(options("tries:few"));
  LoginOptions again;
  again.source = PinSource::File;
  again.pin_file = "/nonexistent";
  EXPECT_TRUE(wait(client->login(std::move(again), cancel)).has_value());
  EXPECT_EQ(calls("C_Login"), 1U);
}

TEST_F(SignerClientTest, AModuleThatHangsIsKilledAtTheLimit) {
  SignerOptions hanging = options("hang");
  hanging.sign_limit = milliseconds(300);
  const auto client = start(hanging);
  const KeyInfo p256 = key(*client, 1);
  std::optional<Error> told;
  client->on_exit([&](const Error& reason) { told = reason; });
  const pid_t signer = client->pid();
  const auto outcome = wait(client->sign(p256.fingerprint, request_for(SignatureScheme::Ecdsa), cancel));
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error(), (Error{ErrorKind::TimedOut, "the token did not answer within 300 ms"}));
  while (!told || client->pid() >= 0) event_base_loop(loop->base(), EVLOOP_ONCE);
  EXPECT_EQ(told->kind, ErrorKind::TimedOut);
  EXPECT_NE(::kill(signer, 0), 0) << "the signer is still there";
  EXPECT_FALSE(client->running());
}

TEST_F(SignerClientTest, AModuleThatCrashesFailsWhoeverWaitsAndSaysHow) {
  const auto client = start(options("crash"));
  const KeyInfo p256 = key(*client, 1);
  std::optional<Error> told;
  client->on_exit([&](const Error& reason) { told = reason; });
  const auto outcome = wait(client->sign(p256.fingerprint, request_for(SignatureScheme::Ecdsa), cancel));
  ASSERT_FALSE(outcome.has_value());
  EXPECT_EQ(outcome.error().kind, ErrorKind::Closed);
  EXPECT_NE(outcome.error().message.find("crashed (SIGSEGV) during a signature"), std::string::npos)
      << outcome.error().message;
  while (!told) event_base_loop(loop->base(), EVLOOP_ONCE);
  EXPECT_EQ(*told, outcome.error());
  EXPECT_EQ(wait(client->list_keys(cancel)).error(), outcome.error()) << "and so does everything after it";
}

TEST_F(SignerClientTest, AStoppedSignerIsEndedAtOnceAndSaysSo) {
  const auto client = start(options("hang"));
  const KeyInfo p256 = key(*client, 1);
  std::optional<Error> told;
  client->on_exit([&](const Error& reason) { told = reason; });
  Outcomes outcomes;
  spawn(*loop, sign_into(*client, p256.fingerprint, cancel, outcomes));
  while (calls("C_Sign") == 0) std::this_thread::yield();
  const pid_t signer = client->pid();
  ASSERT_EQ(::kill(signer, SIGSTOP), 0);
  finish();
  EXPECT_EQ(
      outcomes.at(0).error(),
      (Error{ErrorKind::Closed, "the signer was stopped (SIGSTOP) during a signature, and so was ended"}));
  while (!told || client->pid() >= 0) event_base_loop(loop->base(), EVLOOP_ONCE);
  EXPECT_EQ(*told, outcomes.at(0).error());
  EXPECT_NE(::kill(signer, 0), 0) << "the signer is still there";
}

TEST_F(SignerClientTest, AModuleThatLiesIsFoundOut) {
  for (const char* misdeed : {"lie", "oversize"}) {
    const auto client = start(options(misdeed));
    for (const auto& [id, scheme] :
         {std::pair(1, SignatureScheme::Ecdsa), std::pair(3, SignatureScheme::RsaPkcs1)}) {
      const KeyInfo signing_key = key(*client, static_cast<std::uint8_t>(id));
      const auto outcome = wait(client->sign(signing_key.fingerprint, request_for(scheme), cancel));
      ASSERT_FALSE(outcome.has_value()) << misdeed;
      EXPECT_EQ(outcome.error().kind, ErrorKind::Internal) << outcome.error().message;
    }
    EXPECT_TRUE(client->running());
  }
}

TEST_F(SignerClientTest, AModuleWithImpossibleNumbersIsRefused) {
  auto many = SignerClient::start(*loop, options("many-slots"));
  EXPECT_EQ(wait((*many)->list_tokens(cancel)).error().kind, ErrorKind::TooLarge);
  const auto client = start(options("huge-attribute"));
  EXPECT_EQ(wait(client->list_keys(cancel)).error().kind, ErrorKind::TooLarge);
}

TEST_F(SignerClientTest, ATokenThatIsPulledIsToldAsRemoved) {
  const auto client = start(options("slow:1"));
  const KeyInfo p256 = key(*client, 1);
  write(misdeeds_file, "removed");
  const auto outcome = wait(client->sign(p256.fingerprint, request_for(SignatureScheme::Ecdsa), cancel));
  EXPECT_EQ(outcome.error().kind, ErrorKind::TokenRemoved);
}

TEST_F(SignerClientTest, ASlowSignatureDoesNotHoldTheLoop) {
  const auto client = start(options("slow:300"));
  const KeyInfo p256 = key(*client, 1);
  static_cast<void>(loop->take_longest_block());
  EXPECT_TRUE(wait(client->sign(p256.fingerprint, request_for(SignatureScheme::Ecdsa), cancel)).has_value());
  EXPECT_LT(loop->take_longest_block(), milliseconds(100));
}

TEST_F(SignerClientTest, ManyRequestsQueueAndAllAreAnswered) {
  const auto client = start(options());
  const KeyInfo p256 = key(*client, 1);
  Outcomes outcomes;
  for (int i = 0; i < 50; ++i) spawn(*loop, sign_into(*client, p256.fingerprint, cancel, outcomes));
  finish();
  ASSERT_EQ(outcomes.size(), 50U);
  for (const auto& outcome : outcomes) EXPECT_TRUE(outcome.has_value()) << outcome.error().message;
}

TEST_F(SignerClientTest, AWithdrawnRequestLeavesTheQueueAndNeverReachesTheToken) {
  const auto client = start(options("slow:100"));
  const KeyInfo p256 = key(*client, 1);
  Cancel withdrawn;
  Outcomes kept;
  Outcomes given_up;
  spawn(*loop, sign_into(*client, p256.fingerprint, cancel, kept));
  spawn(*loop, sign_into(*client, p256.fingerprint, withdrawn, given_up));
  spawn(*loop, sign_into(*client, p256.fingerprint, cancel, kept));
  withdrawn.request({ErrorKind::Cancelled, "not wanted any more"});
  finish();
  EXPECT_EQ(given_up.at(0).error().kind, ErrorKind::Cancelled);
  EXPECT_TRUE(kept.at(0).has_value() && kept.at(1).has_value());
  EXPECT_EQ(calls("C_Sign"), 2U);
}

TEST_F(SignerClientTest, StoppingKillsAHangingSignerAndFailsWhoeverWaits) {
  auto client = start(options("hang"));
  const KeyInfo p256 = key(*client, 1);
  Outcomes outcomes;
  spawn(*loop, sign_into(*client, p256.fingerprint, cancel, outcomes));
  while (calls("C_Sign") == 0) std::this_thread::yield();
  const pid_t signer = client->pid();
  client.reset();
  finish();
  EXPECT_EQ(outcomes.at(0).error().kind, ErrorKind::Cancelled);
  EXPECT_NE(::kill(signer, 0), 0) << "the signer is still there";
}

TEST_F(SignerClientTest, LockingLogsOutWithinItsLimitAlsoWhenTheModuleHangs) {
  auto client = start(options("hang"));
  const KeyInfo p256 = key(*client, 1);
  Outcomes outcomes;
  spawn(*loop, sign_into(*client, p256.fingerprint, cancel, outcomes));
  const auto before = std::chrono::steady_clock::now();
  spawn(*loop, client->logout_and_stop(milliseconds(200)));
  finish();
  EXPECT_LT(std::chrono::steady_clock::now() - before, milliseconds(2000));
  EXPECT_FALSE(outcomes.at(0).has_value());
  EXPECT_FALSE(client->running());
}

TEST_F(SignerClientTest, SaysWhichModuleIsMissing) {
  SignerOptions missing = options();
  missing.module = "/nonexistent/module.so";
  auto client = SignerClient::start(*loop, missing);
  const auto outcome = wait((*client)->open(cancel));
  EXPECT_EQ(outcome.error().kind, ErrorKind::NotFound);
  EXPECT_NE(outcome.error().message.find("/nonexistent/module.so"), std::string::npos);
}

TEST_F(SignerClientTest, SaysWhenTheProgramIsNoSigner) {
  SignerOptions wrong = options();
  wrong.program = "/bin/false";
  auto client = SignerClient::start(*loop, wrong);
  const auto outcome = wait((*client)->open(cancel));
  EXPECT_EQ(outcome.error().kind, ErrorKind::Closed);
  EXPECT_NE(outcome.error().message.find("it ended with status 1"), std::string::npos)
      << outcome.error().message;
}

TEST_F(SignerClientTest, AKeyThatWantsThePinEachTimeGetsItEachTime) {
  const auto client = start(options("always-authenticate"));
  const KeyInfo p256 = key(*client, 1);
  EXPECT_TRUE(p256.always_authenticate);
  for (int i = 0; i < 2; ++i) {
    const auto signature = wait(client->sign(p256.fingerprint, request_for(SignatureScheme::Ecdsa), cancel));
    EXPECT_TRUE(signature.has_value()) << signature.error().message;
  }
  EXPECT_EQ(calls("C_Login"), 3U);
}

TEST_F(SignerClientTest, AReaderWithAPinPadTakesThePinItself) {
  const auto client = start(options("pin-pad"), false);
  LoginOptions none;
  none.source = PinSource::File;
  none.pin_file = "/nonexistent";
  const auto outcome = wait(client->login(std::move(none), cancel));
  EXPECT_TRUE(outcome.has_value()) << outcome.error().message;
}

}  // namespace
}  // namespace tlscore::token
