// The gpg that GPGME starts: it ends in time, and its end is told.
#include "openpgp-auth/limited_gpg.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "openpgp-auth/keyring.h"
#include "tests/unit/gnupg_home.h"

namespace openpgp_auth {
namespace {

using std::chrono::milliseconds;

/// A folder with a program named gpg, which stands first in $PATH of those who are told so.
class FakeGpg {
 public:
  explicit FakeGpg(const std::string& script) {
    const std::string program = m_home.scratch() + "/gpg";
    std::ofstream(program) << "#!/bin/sh\n" << script << "\n";
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    m_path = m_home.scratch() + ":" + std::getenv("PATH");
  }

  /// $PATH with it in front.
  [[nodiscard]] const std::string& path() const { return m_path; }

  /// What run_limited_gpg says on its status descriptor, in a process of its own.
  [[nodiscard]] std::string status_lines(milliseconds limit) const {
    std::array<int, 2> pipe{};
    EXPECT_EQ(::pipe(pipe.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::setenv("PATH", m_path.c_str(), 1);
      std::vector<std::string> texts = {"gpg", "--status-fd", std::to_string(pipe[1]), "--list-keys"};
      std::vector<char*> arguments;
      arguments.reserve(texts.size());
      for (std::string& text : texts) arguments.push_back(text.data());
      ::_exit(run_limited_gpg(arguments, limit) & 0x7F);
    }
    ::close(pipe[1]);
    std::string said;
    std::array<char, 256> buffer{};
    for (ssize_t got = 0; (got = ::read(pipe[0], buffer.data(), buffer.size())) > 0;) {
      said.append(buffer.data(), static_cast<std::size_t>(got));
    }
    ::close(pipe[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    return said;
  }

 private:
  tests::GnupgHome m_home;
  std::string m_path;
};

constexpr milliseconds kLong{10'000};
constexpr milliseconds kShort{50};
/// A busy machine has started the shell by then, too.
constexpr milliseconds kBegun{2'000};

TEST(LimitedGpg, TellsHowGpgEnded) {
  EXPECT_EQ(FakeGpg("exit 0").status_lines(kLong), "[GNUPG:] LATCHKEY_ENDED 0\n");
  EXPECT_EQ(FakeGpg("exit 2").status_lines(kLong), "[GNUPG:] LATCHKEY_ENDED 2\n");
  EXPECT_EQ(FakeGpg("kill -KILL $$").status_lines(kLong), "[GNUPG:] LATCHKEY_ENDED 137\n");
}

TEST(LimitedGpg, EndsAGpgThatHangs) {
  EXPECT_EQ(FakeGpg("exec sleep 1000").status_lines(kShort), "[GNUPG:] LATCHKEY_ENDED 143\n");
}

TEST(LimitedGpg, EndsAGpgThatDoesNotListen) {
  EXPECT_EQ(FakeGpg("trap '' TERM\nwhile :; do :; done").status_lines(kBegun),
            "[GNUPG:] LATCHKEY_ENDED 137\n");
}

TEST(LimitedGpg, RestrainsGpgBeforeAnythingElse) {
  const std::string said =
      FakeGpg("echo \"$*\" >&$(echo \"$*\" | sed 's/.*status-fd \\([0-9]*\\).*/\\1/')").status_lines(kLong);
  EXPECT_TRUE(said.starts_with("--no-autostart --disable-dirmngr --no-auto-key-retrieve ")) << said;
}

TEST(LimitedGpg, IsMeantByTheNameGpgOnly) {
  EXPECT_TRUE(is_called_gpg("gpg"));
  EXPECT_TRUE(is_called_gpg("/run/user/1000/latchkey/keyring-x/gpg"));
  EXPECT_FALSE(is_called_gpg("latchkey"));
  EXPECT_FALSE(is_called_gpg("notgpg"));
  EXPECT_FALSE(is_called_gpg("gpg/latchkey"));
}

/// Puts a fake gpg before the real one, for this process.
class InPlaceOfGpg {
 public:
  explicit InPlaceOfGpg(const FakeGpg& fake) : m_before(std::getenv("PATH")) {
    ::setenv("PATH", fake.path().c_str(), 1);
  }
  ~InPlaceOfGpg() { ::setenv("PATH", m_before.c_str(), 1); }
  InPlaceOfGpg(const InPlaceOfGpg&) = delete;
  InPlaceOfGpg& operator=(const InPlaceOfGpg&) = delete;
  InPlaceOfGpg(InPlaceOfGpg&&) = delete;
  InPlaceOfGpg& operator=(InPlaceOfGpg&&) = delete;

 private:
  std::string m_before;
};

TEST(LimitedGpg, AListingThatBreaksOffIsAnErrorAndNotShort) {
  const tests::GnupgHome gnupg;
  gnupg.import("good");
  const auto keys = Keyring::create(gnupg.home(), gnupg.scratch());
  ASSERT_TRUE(keys);
  const FakeGpg dying("case \"$*\" in *--version*) echo 'gpg (GnuPG) 2.2.40';; *) kill -KILL $$;; esac");
  const InPlaceOfGpg in_place(dying);
  const auto validity = keys->validity(tests::primary_of("good"));
  ASSERT_FALSE(validity);
  EXPECT_EQ(validity.error().kind, tlscore::ErrorKind::TimedOut);
  EXPECT_EQ(keys->look(tests::keyring_data("good"), "").error().kind, tlscore::ErrorKind::TimedOut);
  EXPECT_EQ(keys->stored(tests::primary_of("good")).error().kind, tlscore::ErrorKind::TimedOut);
}

}  // namespace
}  // namespace openpgp_auth
