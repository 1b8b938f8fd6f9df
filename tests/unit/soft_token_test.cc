// The software token is made once, whole or not at all, and nobody else can read it.
#include "tlscore/token/soft_token.h"

#include <sys/file.h>
#include <sys/stat.h>

#include "tests/unit/soft_token_fixture.h"
#include "tests/unit/temp_folder.h"

namespace tlscore::token {
namespace {

namespace fs = std::filesystem;

class MakingASoftTokenTest : public testing::Test {
 protected:
  Result<SoftToken> make(const std::string& folder) {
    SoftTokenOptions options;
    options.state_folder = folder;
    return run_to_end(*loop, make_soft_token(*loop, std::move(options), cancel));
  }
  /// The fingerprint of its first key, as a signer finds it.
  std::string fingerprint(const SoftToken& token) {
    SignerOptions options;
    token.select_in(options);
    const auto client = SignerClient::start(*loop, options).value();
    const auto opened = run_to_end(*loop, client->open(cancel));
    if (!opened) return opened.error().message;
    const auto login = run_to_end(*loop, client->login(token.login_options(), cancel));
    if (!login) return login.error().message;
    return run_to_end(*loop, client->list_keys(cancel)).value().at(0).fingerprint;
  }
  static mode_t mode(const std::string& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
  }

  tests::TempFolder made;
  std::string state = made.path();
  std::unique_ptr<EventLoop> loop = *EventLoop::create();
  Cancel cancel;
};

TEST_F(MakingASoftTokenTest, HasAP256KeyAndAPinThatNobodyElseReads) {
  const auto token = make(state);
  ASSERT_TRUE(token.has_value()) << token.error().message;
  EXPECT_EQ(mode(token->folder), 0700U);
  EXPECT_EQ(mode(token->folder + "/tokens"), 0700U);
  EXPECT_EQ(mode(token->pin_file()), 0600U);
  EXPECT_EQ(fs::file_size(token->pin_file()), 24U);
  EXPECT_EQ(fingerprint(*token).size(), 64U);
  EXPECT_FALSE(fs::exists(state + "/soft-token.new"));
}

TEST_F(MakingASoftTokenTest, IsMadeOnce) {
  const std::string first = fingerprint(make(state).value());
  EXPECT_EQ(fingerprint(make(state).value()), first);
}

TEST_F(MakingASoftTokenTest, AHalfMadeOneIsMadeAgain) {
  fs::create_directories(state + "/soft-token.new/tokens");
  std::ofstream(state + "/soft-token.new/pin") << "half a p";
  const auto token = make(state);
  ASSERT_TRUE(token.has_value()) << token.error().message;
  EXPECT_EQ(fingerprint(*token).size(), 64U);
}

TEST_F(MakingASoftTokenTest, MovesWithItsFolder) {
  const std::string first = fingerprint(make(state).value());
  const std::string other = state + "/moved";
  fs::create_directory(other);
  fs::rename(state + "/soft-token", other + "/soft-token");
  EXPECT_EQ(fingerprint(make(other).value()), first);
}

TEST_F(MakingASoftTokenTest, IsNotMadeByTwoAtOnce) {
  const UniqueFd other(::open((state + "/soft-token.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_EQ(::flock(other.get(), LOCK_EX), 0);
  EXPECT_EQ(make(state).error().kind, ErrorKind::Refused);
}

TEST_F(MakingASoftTokenTest, SaysWhenItsFolderCannotBeMade) {
  EXPECT_EQ(make(state + "/missing").error().kind, ErrorKind::Internal);
}

}  // namespace
}  // namespace tlscore::token
