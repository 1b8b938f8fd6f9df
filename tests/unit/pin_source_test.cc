// The PIN comes from a pinentry program, a terminal, a credential or a file, and is read by the signer only.
#include "tlscore/token/pin_source.h"

#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <sys/stat.h>
#include <termios.h>

#include <thread>

#include "tests/unit/soft_token_fixture.h"
#include "tlscore/token/terminal.h"

namespace tlscore::token {
namespace {

using std::chrono::milliseconds;

/// A pinentry that a person sits at: answers GETPIN with what $ANSWER says and keeps what it was told.
constexpr const char* kPinentry = R"(#!/bin/sh
printf '%s\n' "$*" > "$TOLD"
echo "OK Pleased to meet you"
while read -r line; do
  echo "$line" >> "$TOLD"
  case "$line" in
    OPTION*refused*) echo "ERR 83886254 Unknown option" ;;
    GETPIN) eval "$ANSWER" ;;
    *) echo OK ;;
  esac
done
)";

constexpr const char* kTypesThePin = R"sh(echo "D $(cat "$PIN_FILE")"; echo OK)sh";
constexpr const char* kTypesThePinEncoded =
    R"sh(echo "D $(od -An -tx1 "$PIN_FILE" | tr -d '\n' | tr ' ' '%')"; echo OK)sh";

class PinSourceTest : public SoftTokenTest {
 protected:
  /// A login by a pinentry whose person does `answer`, a line of shell.
  Result<void> log_in(const std::string& answer, LoginOptions login = {},
                      const std::string& misdeeds = "tries:few") {
    write(pinentry, kPinentry);
    EXPECT_EQ(::chmod(pinentry.c_str(), 0700), 0);
    SignerOptions its_options = options(misdeeds);
    its_options.environment.insert(its_options.environment.end(),
                                   {"LATCHKEY_PINENTRY=" + pinentry, "TOLD=" + told, "ANSWER=" + answer,
                                    "PIN_FILE=" + s_token.pin_file()});
    its_options.login_limit = milliseconds(5000);
    client = start(its_options, false);
    client->on_pin_prompt([this](bool shown) { prompts.push_back(shown); });
    auto outcome = wait(client->login(std::move(login), cancel));
    return outcome;
  }
  void TearDown() override { client.reset(); }

  std::string pinentry = s_folder + "/pinentry";
  std::string told = s_folder + "/told";
  std::unique_ptr<SignerClient> client;
  std::vector<bool> prompts;
};

TEST_F(PinSourceTest, APersonAtThePinentryOpensTheToken) {
  LoginOptions login;
  login.pinentry_options = {"ttyname=/dev/pts/7", "refused=1", "display=:9"};
  const auto outcome = log_in(kTypesThePin, std::move(login));
  ASSERT_TRUE(outcome.has_value()) << outcome.error().message;
  const std::string said = read(told);
  for (const char* part : {"--display :9", "OPTION ttyname=/dev/pts/7", "Example token", "serial number ",
                           "few tries are left"}) {
    EXPECT_NE(said.find(part), std::string::npos) << part << " is not in " << said;
  }
  loop->post([this] { loop->stop(); });
  loop->run();
  EXPECT_EQ(prompts, (std::vector{true, false}));
  EXPECT_FALSE(client->waiting_for_pin());
}

TEST_F(PinSourceTest, EncodedCharactersAreDecoded) {
  const auto outcome = log_in(kTypesThePinEncoded);
  EXPECT_TRUE(outcome.has_value()) << outcome.error().message;
}

TEST_F(PinSourceTest, AWrongPinIsAskedForOnce) {
  const auto outcome = log_in("echo 'D 999999'; echo OK");
  EXPECT_EQ(outcome.error().kind, ErrorKind::WrongPin);
  const std::string said = read(told);
  EXPECT_EQ(said.find("GETPIN"), said.rfind("GETPIN"));
  EXPECT_EQ(calls("C_Login"), 1U);
}

TEST_F(PinSourceTest, CancellingAtThePinentryNeverReachesTheToken) {
  for (const char* answer : {"echo 'ERR 83886179 Operation cancelled <Pinentry>'", "echo OK"}) {
    const auto outcome = log_in(answer);
    EXPECT_EQ(outcome.error().kind, ErrorKind::Cancelled) << answer;
  }
  EXPECT_EQ(calls("C_Login"), 0U);
}

TEST_F(PinSourceTest, APinentryThatIsNoneIsRefused) {
  EXPECT_EQ(log_in("echo HELLO").error().kind, ErrorKind::Malformed);
  EXPECT_EQ(log_in("exit 1").error().kind, ErrorKind::NotFound);
  EXPECT_EQ(log_in("head -c 5000 /dev/zero | tr '\\0' x").error().kind, ErrorKind::TooLarge);
  EXPECT_EQ(log_in("while :; do echo '# again'; done").error().kind, ErrorKind::TooLarge);
  EXPECT_EQ(log_in("echo 'D 12%3'; echo OK").error().kind, ErrorKind::Malformed);
  EXPECT_EQ(log_in("echo 'ERR 83886340 No terminal'").error().kind, ErrorKind::NotFound);
  EXPECT_EQ(calls("C_Login"), 0U);
}

TEST_F(PinSourceTest, NobodyAtThePinentryEndsTheQuestionAndNotTheSigner) {
  write(pinentry, kPinentry);
  ASSERT_EQ(::chmod(pinentry.c_str(), 0700), 0);
  SignerOptions its_options = options();
  its_options.environment.insert(its_options.environment.end(),
                                 {"LATCHKEY_PINENTRY=" + pinentry, "TOLD=" + told, "ANSWER=sleep 600"});
  its_options.login_limit = milliseconds(1900);
  client = start(its_options, false);
  EXPECT_EQ(wait(client->login({}, cancel)).error().kind, ErrorKind::TimedOut);
  EXPECT_TRUE(client->running());
}

Task<void> log_in_into(SignerClient& client, LoginOptions login, Cancel& cancel,
                       std::optional<Result<void>>& outcome) {
  outcome = co_await client.login(std::move(login), cancel);
}

TEST_F(PinSourceTest, AWithdrawnLoginClosesThePinentry) {
  write(pinentry, kPinentry);
  ASSERT_EQ(::chmod(pinentry.c_str(), 0700), 0);
  const std::string pid_file = s_folder + "/pinentry.pid";
  std::filesystem::remove(pid_file);
  SignerOptions its_options = options();
  its_options.environment.insert(its_options.environment.end(),
                                 {"LATCHKEY_PINENTRY=" + pinentry, "TOLD=" + told,
                                  "ANSWER=echo $$ > " + pid_file + "; read -r forever"});
  client = start(its_options, false);
  std::optional<Result<void>> outcome;
  Cancel withdrawn;
  spawn(*loop, log_in_into(*client, {}, withdrawn, outcome));
  while (read(pid_file).empty()) event_base_loop(loop->base(), EVLOOP_NONBLOCK);
  const pid_t person = std::stoi(read(pid_file));
  EXPECT_TRUE(client->waiting_for_pin());
  withdrawn.request({ErrorKind::Cancelled, "not wanted any more"});
  finish();
  EXPECT_EQ(outcome->error().kind, ErrorKind::Cancelled);
  EXPECT_TRUE(wait(client->list_keys(cancel)).has_value()) << "the signer goes on";
  EXPECT_NE(::kill(person, 0), 0) << "the pinentry is still there";
  EXPECT_FALSE(client->waiting_for_pin());
}

TEST_F(PinSourceTest, StoppingTheSignerTakesThePinentryAlong) {
  write(pinentry, kPinentry);
  ASSERT_EQ(::chmod(pinentry.c_str(), 0700), 0);
  const std::string pid_file = s_folder + "/pinentry.pid";
  std::filesystem::remove(pid_file);
  SignerOptions its_options = options();
  its_options.environment.insert(its_options.environment.end(),
                                 {"LATCHKEY_PINENTRY=" + pinentry, "TOLD=" + told,
                                  "ANSWER=echo $$ > " + pid_file + "; read -r forever"});
  client = start(its_options, false);
  std::optional<Result<void>> outcome;
  spawn(*loop, log_in_into(*client, {}, cancel, outcome));
  while (read(pid_file).empty()) event_base_loop(loop->base(), EVLOOP_NONBLOCK);
  const pid_t person = std::stoi(read(pid_file));
  client.reset();
  finish();
  // Its parent died with it, so it is reaped by somebody else: wait until it is, or is a zombie at least.
  const auto gone = [&] {
    const std::string status = read("/proc/" + std::to_string(person) + "/stat");
    return status.empty() || status.contains(") Z");
  };
  while (!gone()) std::this_thread::yield();
}

TEST_F(PinSourceTest, TheCredentialIsTakenFromSystemdsFolder) {
  const std::string folder = s_folder + "/credentials";
  std::filesystem::create_directory(folder);
  write(folder + "/latchkey.pin", read(s_token.pin_file()) + "\n");
  SignerOptions its_options = options();
  its_options.environment.push_back("CREDENTIALS_DIRECTORY=" + folder);
  client = start(its_options, false);
  LoginOptions login;
  login.source = PinSource::Credential;
  EXPECT_TRUE(wait(client->login(std::move(login), cancel)).has_value());
}

TEST_F(PinSourceTest, RefusesAPinFileThatOthersCanRead) {
  const std::string file = s_folder + "/open-pin";
  write(file, "123456\n");
  ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
  EXPECT_EQ(read_pin_file(file).error().kind, ErrorKind::Refused);
  ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
  EXPECT_EQ(read_pin_file(file)->reveal(), "123456");
  const std::string link = s_folder + "/linked-pin";
  std::filesystem::create_symlink(file, link);
  EXPECT_FALSE(read_pin_file(link).has_value()) << "a link may be changed under us";
  EXPECT_EQ(read_pin_file(s_folder + "/no-pin").error().kind, ErrorKind::NotFound);
  write(file, "");
  EXPECT_EQ(read_pin_file(file).error().kind, ErrorKind::NotFound);
  EXPECT_EQ(read_pin_file(s_folder).error().kind, ErrorKind::Refused) << "a folder is no file";
}

/// A terminal with the test in the place of the person.
class Pty {
 public:
  Pty() {
    int person = -1;
    int program = -1;
    EXPECT_EQ(::openpty(&person, &program, nullptr, nullptr, nullptr), 0);
    m_person.reset(person);
    m_program.reset(program);
  }
  [[nodiscard]] UniqueFd lend() const { return UniqueFd(::dup(m_program.get())); }
  [[nodiscard]] int program() const { return m_program.get(); }
  void type(std::string_view text) const { EXPECT_GT(::write(m_person.get(), text.data(), text.size()), 0); }
  /// What has been shown; waits until there is something.
  std::string shown() const {
    std::array<char, 1024> buffer{};
    const ssize_t count = ::read(m_person.get(), buffer.data(), buffer.size());
    return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
  }
  [[nodiscard]] bool echoes() const {
    termios state{};
    return ::tcgetattr(m_program.get(), &state) == 0 && (state.c_lflag & ECHO) != 0;
  }

 private:
  UniqueFd m_person;
  UniqueFd m_program;
};

class TerminalTest : public PinSourceTest {
 protected:
  /// Begins a login on `pty`; returns when the question is there.
  std::string begin(Cancel& its_cancel) {
    client = start(options("tries:one"), false);
    LoginOptions login;
    login.source = PinSource::Terminal;
    login.terminal = pty.lend();
    login.allow_final_try = true;
    spawn(*loop, log_in_into(*client, std::move(login), its_cancel, outcome));
    while (!client->waiting_for_pin()) event_base_loop(loop->base(), EVLOOP_ONCE);
    std::string question;
    while (!question.contains("): ")) question += pty.shown();
    return question;
  }

  Pty pty;
  std::optional<Result<void>> outcome;
};

TEST_F(TerminalTest, APersonAtTheTerminalOpensTheToken) {
  const std::string question = begin(cancel);
  EXPECT_NE(question.find("PIN of the token Example token (serial number "), std::string::npos) << question;
  EXPECT_NE(question.find("last try"), std::string::npos) << question;
  EXPECT_FALSE(pty.echoes());
  pty.type(read(s_token.pin_file()) + "\n");
  finish();
  EXPECT_TRUE(outcome->has_value()) << outcome->error().message;
  EXPECT_TRUE(pty.echoes());
  EXPECT_EQ(pty.shown().find(read(s_token.pin_file())), std::string::npos);
}

TEST_F(TerminalTest, AnEmptyLineIsNoPin) {
  begin(cancel);
  pty.type("\n");
  finish();
  EXPECT_EQ(outcome->error().kind, ErrorKind::Cancelled);
  EXPECT_EQ(calls("C_Login"), 0U);
  EXPECT_TRUE(pty.echoes());
}

TEST_F(TerminalTest, AWithdrawnLoginPutsTheTerminalBackInOrder) {
  Cancel withdrawn;
  begin(withdrawn);
  withdrawn.request({ErrorKind::Cancelled, "not wanted any more"});
  finish();
  EXPECT_TRUE(wait(client->list_keys(cancel)).has_value());
  EXPECT_TRUE(pty.echoes());
}

TEST_F(TerminalTest, ASignalPutsTheTerminalBackInOrder) {
  begin(cancel);
  ASSERT_EQ(::kill(client->pid(), SIGTERM), 0);
  finish();
  EXPECT_EQ(outcome->error().kind, ErrorKind::Closed);
  EXPECT_TRUE(pty.echoes());
}

TEST_F(TerminalTest, WhatIsNoTerminalIsRefused) {
  client = start(options(), false);
  LoginOptions login;
  login.source = PinSource::Terminal;
  EXPECT_EQ(wait(client->login(std::move(login), cancel)).error().kind, ErrorKind::Unsupported);
  LoginOptions with_a_file;
  with_a_file.source = PinSource::Terminal;
  with_a_file.terminal = UniqueFd(::open("/dev/null", O_RDWR | O_CLOEXEC));
  EXPECT_EQ(wait(client->login(std::move(with_a_file), cancel)).error().kind, ErrorKind::Unsupported);
}

}  // namespace
}  // namespace tlscore::token
