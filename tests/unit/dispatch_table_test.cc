// Connections given to sockets that are known by a descriptor alone.
#include "proxy/dispatch_table.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string>

#include "proxy/descriptor_message.h"
#include "tests/unit/temp_folder.h"

namespace proxy {
namespace {

using tlscore::ErrorKind;
using tlscore::UniqueFd;

class DispatchTableTest : public testing::Test {
 protected:
  /// The name of a socket at which somebody listens.
  UniqueFd name() {
    auto listening = listen_for_messages(m_path);
    EXPECT_TRUE(listening.has_value()) << listening.error().message;
    if (listening) m_listening = std::move(*listening);
    return UniqueFd(::open(m_path.c_str(), O_PATH | O_CLOEXEC));
  }

  tests::TempFolder m_folder;
  std::string m_path = m_folder.path() + "/proxy.sock";
  UniqueFd m_listening;
  const uid_t m_user = ::geteuid();
  DispatchTable m_table;
};

void expect_failure(const tlscore::Result<void>& result, ErrorKind kind) {
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind, kind) << result.error().message;
}

TEST_F(DispatchTableTest, GivesTheVeryConnectionToWhoeverListens) {
  ASSERT_TRUE(m_table.enter(m_user, name()).has_value());
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  const UniqueFd reading(ends[0]);
  const UniqueFd writing(ends[1]);
  ASSERT_TRUE(m_table.hand_over(m_user, writing.get()).has_value());
  const UniqueFd conversation(::accept(m_listening.get(), nullptr, nullptr));
  const auto message = take_message(conversation.get());
  ASSERT_TRUE(message.has_value() && message->has_value());
  EXPECT_EQ((*message)->text, "client");
  struct stat given{};
  struct stat taken{};
  ASSERT_EQ(::fstat(writing.get(), &given), 0);
  ASSERT_EQ(::fstat((*message)->descriptor.get(), &taken), 0);
  EXPECT_EQ(given.st_ino, taken.st_ino);
}

TEST_F(DispatchTableTest, NeedsNoPathToTheSocket) {
  UniqueFd socket = name();
  ASSERT_EQ(::rename(m_path.c_str(), (m_path + ".elsewhere").c_str()), 0);
  ASSERT_TRUE(m_table.enter(m_user, std::move(socket)).has_value());
  EXPECT_TRUE(m_table.hand_over(m_user, STDIN_FILENO).has_value());
}

TEST_F(DispatchTableTest, AUserWhoHasNotEnteredHasNoDaemon) {
  expect_failure(m_table.hand_over(m_user, STDIN_FILENO), ErrorKind::NotFound);
}

TEST_F(DispatchTableTest, RefusesASocketOfAnotherUser) {
  expect_failure(m_table.enter(m_user + 1, name()), ErrorKind::Refused);
  EXPECT_FALSE(m_table.has(m_user + 1));
}

TEST_F(DispatchTableTest, RefusesWhatIsNoSocket) {
  expect_failure(m_table.enter(m_user, UniqueFd(::open("/", O_PATH | O_CLOEXEC))), ErrorKind::Malformed);
}

TEST_F(DispatchTableTest, ForgetsASocketAtWhichNobodyListensAnyMore) {
  ASSERT_TRUE(m_table.enter(m_user, name()).has_value());
  m_listening.reset();
  expect_failure(m_table.hand_over(m_user, STDIN_FILENO), ErrorKind::Unreachable);
  EXPECT_FALSE(m_table.has(m_user));
}

TEST_F(DispatchTableTest, DoesNotWaitForWhoeverDoesNotKeepUp) {
  ASSERT_TRUE(m_table.enter(m_user, name()).has_value());
  tlscore::Result<void> handed;
  for (int i = 0; i < 10000 && handed; ++i) handed = m_table.hand_over(m_user, STDIN_FILENO);
  expect_failure(handed, ErrorKind::TooLarge);
  EXPECT_TRUE(m_table.has(m_user));
}

}  // namespace
}  // namespace proxy
