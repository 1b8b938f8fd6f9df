// Which programs use a card: sockets and processes put together.
#include "tlscore/token/card_holder.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/unit/temp_folder.h"
#include "tlscore/base/unique_fd.h"

namespace tlscore::token {
namespace {

constexpr uid_t kMe = 1000;
constexpr FileId kPcscd{.device = 9, .inode = 5};
const Asking kAsking{.user = kMe, .program = "latchkey"};

/// Two clients of pcscd, and a socket of something else.
std::vector<UnixSocket> sockets(uid_t owner_of_second = kMe) {
  return {{.inode = 10, .peer_inode = 11, .bound_to = kPcscd, .owner = 0},
          {.inode = 11, .peer_inode = 10, .owner = kMe},
          {.inode = 20, .peer_inode = 21, .bound_to = kPcscd, .owner = 0},
          {.inode = 21, .peer_inode = 20, .owner = owner_of_second},
          {.inode = 30, .peer_inode = 31, .bound_to = FileId{.device = 9, .inode = 6}, .owner = 0}};
}

Process open_process(int pid, std::string name, std::vector<std::string> open) {
  return {.pid = pid, .owner = kMe, .name = std::move(name), .is_hidden = false, .open = std::move(open)};
}

Process hidden_process(int pid, uid_t owner, std::string name) {
  return {.pid = pid, .owner = owner, .name = std::move(name), .is_hidden = true};
}

TEST(CardHolder, TheClientsOfPcscdAreThePeersOfItsSockets) {
  EXPECT_EQ(client_links(sockets(), kPcscd), (std::vector<std::string>{"socket:[11]", "socket:[21]"}));
}

TEST(CardHolder, WhoHoldsAClientsSocketIsNamedAndLatchkeyIsNot) {
  const std::vector<Process> processes{open_process(1, "latchkey", {"socket:[11]"}),
                                       open_process(2, "opensc-tool", {"socket:[21]"}),
                                       open_process(3, "bystander", {})};
  const auto found = choose_pcscd_users(sockets(), kPcscd, processes, kAsking);
  EXPECT_EQ(found, (std::vector<CardHolder>{{.pid = 2, .owner = kMe, .name = "opensc-tool"}}));
}

TEST(CardHolder, AScdaemonThatHidesIsToldByItsName) {
  const std::vector<Process> processes{open_process(2, "opensc-tool", {"socket:[21]"}),
                                       hidden_process(4, kMe, "scdaemon"),
                                       hidden_process(5, kMe + 1, "scdaemon")};
  const auto found = choose_pcscd_users(sockets(), kPcscd, processes, kAsking);
  EXPECT_EQ(found, (std::vector<CardHolder>{{.pid = 4, .owner = kMe, .name = "scdaemon"},
                                            {.pid = 2, .owner = kMe, .name = "opensc-tool"}}));
}

TEST(CardHolder, AScdaemonIsNotBlamedWhenEveryClientIsKnown) {
  const std::vector<Process> processes{open_process(1, "latchkey", {"socket:[11]"}),
                                       open_process(2, "opensc-tool", {"socket:[21]"}),
                                       hidden_process(4, kMe, "scdaemon")};
  const auto found = choose_pcscd_users(sockets(), kPcscd, processes, kAsking);
  EXPECT_EQ(found, (std::vector<CardHolder>{{.pid = 2, .owner = kMe, .name = "opensc-tool"}}));
}

TEST(CardHolder, AProgramOfAnotherUserIsToldByTheUser) {
  const auto found =
      choose_pcscd_users(sockets(kMe + 1), kPcscd, {open_process(1, "latchkey", {"socket:[11]"})}, kAsking);
  EXPECT_EQ(found, (std::vector<CardHolder>{{.pid = 0, .owner = kMe + 1, .name = ""}}));
  EXPECT_EQ(describe(found), "a program of user 1001");
}

TEST(CardHolder, AUsbDeviceThatNobodyTellsOfIsTheHiddenScdaemons) {
  const std::vector<Process> hides{hidden_process(4, kMe, "scdaemon")};
  EXPECT_EQ(choose_file_users(hides, kAsking),
            (std::vector<CardHolder>{{.pid = 4, .owner = kMe, .name = "scdaemon"}}));
  const std::vector<Process> tells{hidden_process(4, kMe, "scdaemon"), open_process(6, "qemu", {"/dev/bus"})};
  EXPECT_EQ(choose_file_users(tells, kAsking),
            (std::vector<CardHolder>{{.pid = 6, .owner = kMe, .name = "qemu"}}));
}

TEST(CardHolder, TheSentenceSaysWhatMendsItForGnuPGOnly) {
  const std::string gnupg = held_sentence({{.pid = 4711, .owner = kMe, .name = "scdaemon"}});
  EXPECT_TRUE(gnupg.starts_with("scdaemon (GnuPG), process 4711, has the card for itself alone: put"))
      << gnupg;
  const std::string other = held_sentence({{.pid = 6, .owner = kMe, .name = "qe\x1bmu"}});
  EXPECT_TRUE(other.starts_with("qe\\x1bmu, process 6, has the card")) << other;
  EXPECT_FALSE(other.contains("scdaemon"));
  EXPECT_TRUE(held_sentence({}).starts_with("another program has the card")) << held_sentence({});
}

/// A child that is called scdaemon, hides what it has open as scdaemon does, and is connected to `path`.
pid_t start_hidden_client(const sockaddr_un& address, int ready) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  ::prctl(PR_SET_NAME, "scdaemon");
  ::prctl(PR_SET_DUMPABLE, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const bool connected = ::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  if (::write(ready, connected ? "y" : "n", 1) != 1) ::_exit(1);
  for (;;) ::pause();
}

// Root sees what it has open; any other user does not, and this has to come out the same.
TEST(CardHolder, FindsAScdaemonThatTalksToPcscd) {
  const tests::TempFolder folder;
  const std::string path = folder.path() + "/pcscd.comm";
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  ASSERT_LT(path.size(), sizeof address.sun_path);
  std::ranges::copy(path, address.sun_path);
  const UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(::listen(listener.get(), 1), 0);
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const UniqueFd reading(pipe[0]);
  const UniqueFd writing(pipe[1]);
  const pid_t child = start_hidden_client(address, writing.get());
  char connected = 'n';
  ASSERT_EQ(::read(reading.get(), &connected, 1), 1);
  ASSERT_EQ(connected, 'y');
  const UniqueFd accepted(::accept(listener.get(), nullptr, nullptr));

  ::setenv("PCSCLITE_CSOCK_NAME", path.c_str(), 1);
  const auto found = programs_at_pcscd();
  ::unsetenv("PCSCLITE_CSOCK_NAME");
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_EQ(found, (std::vector<CardHolder>{{.pid = child, .owner = ::getuid(), .name = "scdaemon"}}));
}

class ProcessTable : public testing::Test {
 protected:
  void add(const std::string& pid, const std::string& status, const std::vector<std::string>& links) {
    std::filesystem::create_directories(m_proc / pid / "fd");
    std::ofstream(m_proc / pid / "status") << status;
    int number = 0;
    for (const std::string& link : links)
      std::filesystem::create_symlink(link, m_proc / pid / "fd" / std::to_string(number++));
  }
  tests::TempFolder m_folder;
  std::filesystem::path m_proc = m_folder.path();
};

TEST_F(ProcessTable, GivesNameOwnerAndTheWantedLinks) {
  add("42", "Name:\tscdaemon\nUmask:\t0022\nUid:\t1000\t1000\t1000\t1000\n", {"socket:[1]", "socket:[2]"});
  const auto found = read_processes(m_proc, {"socket:[2]"});
  EXPECT_EQ(found, std::vector{open_process(42, "scdaemon", {"socket:[2]"})});
}

TEST_F(ProcessTable, AProcessThatDoesNotTellIsHidden) {
  add("42", "Name:\tscdaemon\nUid:\t1000\t1000\t1000\t1000\n", {});
  std::filesystem::remove_all(m_proc / "42/fd");
  EXPECT_EQ(read_processes(m_proc, {"socket:[2]"}), std::vector{hidden_process(42, kMe, "scdaemon")});
}

TEST_F(ProcessTable, LeavesOutWhatIsNoProcess) {
  add("self", "Name:\tx\nUid:\t1\t1\t1\t1\n", {});
  add("43", "garbage", {});
  add("44", "", {});
  EXPECT_TRUE(read_processes(m_proc, {}).empty());
  EXPECT_TRUE(read_processes(m_proc.string() + "/nowhere", {}).empty());
}

}  // namespace
}  // namespace tlscore::token
