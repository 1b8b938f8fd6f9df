// The installation's secret and the realm's: whose they are, and which files are no secrets.
#include "proxy/outcomes.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/unit/temp_folder.h"

namespace proxy {
namespace {

using tlscore::Bytes;
using tlscore::ErrorKind;

class OutcomesTest : public testing::Test {
 protected:
  std::string file(std::size_t octets, mode_t mode) {
    const std::string path = m_folder / "secret";
    std::ofstream(path) << std::string(octets, 'a');
    ::chmod(path.c_str(), mode);
    return path;
  }

  tests::TempFolder m_temporary;
  std::filesystem::path m_folder = m_temporary.path();
  std::unique_ptr<tlscore::EventLoop> m_loop = *tlscore::EventLoop::create();
};

TEST_F(OutcomesTest, ASecretIsReadWhole) {
  EXPECT_EQ(read_outcome_secret(file(32, 0600)), Bytes(32, 'a'));
  EXPECT_EQ(read_outcome_secret(file(4096, 0400)), Bytes(4096, 'a'));
}

TEST_F(OutcomesTest, AFileThatIsTooShortOrTooLongIsNone) {
  for (const std::size_t octets : {0U, 31U, 4097U}) {
    const auto secret = read_outcome_secret(file(octets, 0600));
    ASSERT_FALSE(secret) << octets;
    EXPECT_EQ(secret.error().kind, ErrorKind::Malformed);
  }
}

TEST_F(OutcomesTest, AFileThatOthersMayReadOrThatIsNoFileIsNone) {
  for (const mode_t mode : {0640U, 0604U, 0620U, 0666U}) {
    const auto secret = read_outcome_secret(file(32, mode));
    ASSERT_FALSE(secret) << mode;
    EXPECT_EQ(secret.error().kind, ErrorKind::Refused);
  }
  EXPECT_FALSE(read_outcome_secret(m_folder));
  EXPECT_FALSE(read_outcome_secret(m_folder / "missing"));
  EXPECT_FALSE(read_outcome_secret("/dev/zero"));
}

TEST_F(OutcomesTest, AnInstallationMakesItsSecretOnceAndOnlyForServers) {
  const std::string path = m_folder / "outcome.secret";
  ASSERT_TRUE(make_outcome_cache(*m_loop, CacheConfig{}, m_folder));
  EXPECT_FALSE(std::filesystem::exists(path));
  const CacheConfig with_server{.memcached = {{"127.0.0.1", 9}}};
  ASSERT_TRUE(make_outcome_cache(*m_loop, with_server, m_folder));
  const auto first = read_outcome_secret(path);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->size(), 32U);
  ASSERT_TRUE(make_outcome_cache(*m_loop, with_server, m_folder));
  EXPECT_EQ(read_outcome_secret(path), *first);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(m_folder), {}), 1) << "drafts are left";
}

TEST_F(OutcomesTest, WithoutItsSecretThereIsNoCache) {
  const CacheConfig realm{.memcached = {{"127.0.0.1", 9}}, .realm = "office", .secret = file(31, 0600)};
  EXPECT_FALSE(make_outcome_cache(*m_loop, realm, m_folder));
  EXPECT_FALSE(make_outcome_cache(*m_loop, {.memcached = {{"127.0.0.1", 9}}}, "/nonexistent"));
}

}  // namespace
}  // namespace proxy
