// What the signer process keeps from the rest of the machine, and what the proxy never holds.
#include "tlscore/token/signer_process.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <set>
#include <string_view>

#include "tests/unit/soft_token_fixture.h"
#include "tlscore/base/process.h"
#include "tlscore/base/socket.h"
#include "tlscore/token/pkcs11_keys.h"

namespace tlscore::token {
namespace {

class SignerProcessTest : public SoftTokenTest {};

TEST_F(SignerProcessTest, HoldsNoDescriptorOfTheProxys) {
  // A descriptor that a careless library left open across exec.
  const UniqueFd leaky(::open("/dev/null", O_RDONLY));
  const UniqueFd leaky_too(::fcntl(leaky.get(), F_DUPFD, 100));
  const auto client = start(options());
  std::error_code error;
  const std::filesystem::directory_iterator descriptors("/proc/" + std::to_string(client->pid()) + "/fd",
                                                        error);
  if (error) GTEST_SKIP() << "only root may look into a process that is not dumpable";
  std::set<std::string> open;
  for (const auto& entry : descriptors) open.insert(entry.path().filename());
  EXPECT_FALSE(open.contains("100"));
  EXPECT_LE(open.size(), 8U) << "0, 1, 2, its socket, and what the module opened";
}

TEST_F(SignerProcessTest, IsNotReadByOtherProcessesOfItsUser) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const auto client = start(options());
  for (const char* file : {"/mem", "/environ", "/fd"}) {
    const std::string path = "/proc/" + std::to_string(client->pid()) + file;
    EXPECT_FALSE(UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC))) << path;
  }
}

TEST_F(SignerProcessTest, LeadsAProcessGroupOfItsOwnAndMakesNoCore) {
  const auto client = start(options());
  EXPECT_EQ(::getpgid(client->pid()), client->pid());
  std::ifstream limits("/proc/" + std::to_string(client->pid()) + "/limits");
  std::string core;
  for (std::string line; std::getline(limits, line);) {
    if (line.starts_with("Max core file size")) core = line;
  }
  EXPECT_NE(core.find(" 0 "), std::string::npos) << core;
}

TEST_F(SignerProcessTest, EndsWhenTheProxyCloses) {
  auto [ours, its] = make_socket_pair().value();
  const ChildProcess::Options child{.arguments = {"/proc/self/exe", "signer"},
                                    .descriptors = {{its.get(), kSignerSocketFd}},
                                    .environment = {}};
  std::optional<int> status;
  const auto process = ChildProcess::start(*loop, child, [&](int how) { status = how; });
  its.reset();
  ours.reset();
  while (!status) event_base_loop(loop->base(), EVLOOP_ONCE);
  EXPECT_TRUE(WIFEXITED(*status) && WEXITSTATUS(*status) == 0) << describe_exit(*status);
}

TEST_F(SignerProcessTest, EndsWhenTheProtocolIsBroken) {
  auto [ours, its] = make_socket_pair().value();
  const ChildProcess::Options child{.arguments = {"/proc/self/exe", "signer"},
                                    .descriptors = {{its.get(), kSignerSocketFd}},
                                    .environment = {}};
  std::optional<int> status;
  const auto process = ChildProcess::start(*loop, child, [&](int how) { status = how; });
  its.reset();
  ASSERT_EQ(::send(ours.get(), "\xff\xff\xff\xff", 4, MSG_NOSIGNAL), 4);
  while (!status) event_base_loop(loop->base(), EVLOOP_ONCE);
  EXPECT_TRUE(WIFEXITED(*status) && WEXITSTATUS(*status) == 1) << describe_exit(*status);
}

TEST_F(SignerProcessTest, RefusesToBeStartedByHand) {
  EXPECT_EQ(run_signer(-1, make_pkcs11_keys), 2);
  const UniqueFd file(::open("/dev/null", O_RDWR | O_CLOEXEC));
  EXPECT_EQ(run_signer(file.get(), make_pkcs11_keys), 2);
}

/// Whether `needle` stands anywhere in this process's writable memory, apart from `needle` itself.
bool is_in_our_memory(std::string_view needle) {
  std::ifstream maps("/proc/self/maps");
  const UniqueFd memory(::open("/proc/self/mem", O_RDONLY | O_CLOEXEC));
  for (std::string line; std::getline(maps, line);) {
    if (!line.contains(" rw")) continue;
    const std::size_t begin = std::stoull(line, nullptr, 16);
    const std::size_t end = std::stoull(line.substr(line.find('-') + 1), nullptr, 16);
    if (end - begin > std::size_t{1} << 30U) continue;  // a sanitizer's shadow
    std::string copy(end - begin, '\0');
    const ssize_t count = ::pread(memory.get(), copy.data(), copy.size(), static_cast<off_t>(begin));
    if (count <= 0) continue;
    for (std::size_t at = copy.find(needle); at != std::string::npos; at = copy.find(needle, at + 1)) {
      const std::size_t address = begin + at;
      const auto own = reinterpret_cast<std::size_t>(needle.data());
      const auto copied = reinterpret_cast<std::size_t>(copy.data());
      if (address != own && (address < copied || address >= copied + copy.size())) return true;
    }
  }
  return false;
}

TEST_F(SignerProcessTest, ThePinIsNeverInTheProxysMemory) {
  const auto client = start(options());
  const KeyInfo p256 = key(*client, 1);
  ASSERT_TRUE(
      wait(client->sign(p256.fingerprint, request_for(x509::SignatureScheme::Ecdsa), cancel)).has_value());
  // Read into a page that nothing else uses, so that the search can tell it from a leak.
  std::array<char, 24> pin{};
  const UniqueFd file(::open(s_token.pin_file().c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(::read(file.get(), pin.data(), pin.size()), 24);
  EXPECT_FALSE(is_in_our_memory({pin.data(), pin.size()}));
  // And it does find what is there: the second of two copies, when it looks for the first.
  const Bytes copies = from_hex("7468657365206f63746574737468657365206f6374657473").value();
  EXPECT_TRUE(is_in_our_memory(as_text(ByteView(copies).first(copies.size() / 2))));
}

}  // namespace
}  // namespace tlscore::token
