// Which rule decides, what hooks are told and may answer, and that whatever goes wrong denies.
#include "tlscore/judge/authorization.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "tests/unit/temp_folder.h"
#include "tlscore/judge/authorization_exec.h"
#include "tlscore/judge/authorization_json.h"

namespace tlscore::judge {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Peer alice() {
  Peer peer;
  peer.method = PeerMethod::X509;
  peer.vouched_for = true;
  peer.fingerprint = peer.key_sha256 = std::string(64, 'a');
  peer.mail_addresses = {"alice@example.org"};
  return peer;
}

class AuthorizationTest : public testing::Test {
 protected:
  std::string file(const std::string& name, const std::string& text) {
    std::ofstream(m_folder / name) << text;
    return (m_folder / name).string();
  }
  std::string script(const std::string& name, const std::string& text) {
    const std::string path = file(name, "#!/bin/sh\n" + text + "\n");
    ::chmod(path.c_str(), 0700);
    return path;
  }

  static std::vector<AuthorizationRuleText> rules(const std::vector<std::string>& texts) {
    std::vector<AuthorizationRuleText> parsed;
    parsed.reserve(texts.size());
    for (const std::string& text : texts) parsed.push_back(*parse_authorization_rule(text));
    return parsed;
  }

  AuthorizationDecision decide(Authorization& authorization) {
    AuthorizationDecision result;
    const auto body = [](AuthorizationTest& self, Authorization& by,
                         AuthorizationDecision& into) -> Task<void> {
      into = co_await by.decide(self.m_question, self.m_cancel);
    };
    spawn(*m_loop, body(*this, authorization, result));
    while (m_loop->tasks() > 0) event_base_loop(m_loop->base(), EVLOOP_ONCE);
    return result;
  }
  AuthorizationDecision decide(const std::vector<std::string>& texts) {
    auto made = Authorization::create(*m_loop, rules(texts));
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    return made ? decide(**made) : AuthorizationDecision{};
  }

  /// All at once; calls back for each decision. `meanwhile` is run once all are asked.
  void decide_at_once(
      Authorization& authorization, std::size_t count,
      const std::function<void(const AuthorizationDecision&)>& on_decision,
      const std::function<void()>& meanwhile = [] {}) {
    const auto body = [](AuthorizationTest& self, Authorization& by,
                         const std::function<void(const AuthorizationDecision&)>& told) -> Task<void> {
      const auto decision = co_await by.decide(self.m_question, self.m_cancel);
      told(decision);
    };
    for (std::size_t i = 0; i < count; ++i) spawn(*m_loop, body(*this, authorization, on_decision));
    meanwhile();
    while (m_loop->tasks() > 0) event_base_loop(m_loop->base(), EVLOOP_ONCE);
  }

  tests::TempFolder m_temporary;
  std::filesystem::path m_folder = m_temporary.path();
  std::unique_ptr<EventLoop> m_loop = *EventLoop::create();
  Cancel m_cancel;
  AuthorizationQuestion m_question{.service = "gate", .remote = alice()};
};

TEST_F(AuthorizationTest, TheFirstRuleThatDecidesCounts) {
  const std::string listed = file("alice", "alice@example.org\n");
  const std::string others = file("others", "bob@example.org\n");
  EXPECT_TRUE(decide({"deny:" + others, "allow:" + listed}).allowed);
  EXPECT_FALSE(decide({"deny:" + listed, "allow:" + listed}).allowed);
  EXPECT_EQ(decide({"deny:" + listed, "trusted"}).rule, "deny:" + listed);
  EXPECT_TRUE(decide({"allow:" + listed, "deny:" + listed, "trusted"}).allowed);
  EXPECT_EQ(decide({"allow:" + others, "trusted"}).rule, "trusted");
}

TEST_F(AuthorizationTest, WhereNoRuleDecidesItIsDenied) {
  EXPECT_FALSE(decide({"allow:" + file("others", "bob@example.org\n")}).allowed);
  EXPECT_EQ(decide({"allow:" + file("others", "bob@example.org\n")}).text(), "no rule allows it");
  EXPECT_FALSE(decide(std::vector<std::string>{}).allowed);
  m_question.remote.vouched_for = false;
  EXPECT_FALSE(decide({"trusted"}).allowed);
}

TEST_F(AuthorizationTest, ABrokenCertificateIsDeniedWhateverTheRulesSay) {
  m_question.remote.why_refused = "the key is revoked";
  const auto decision = decide({"exec:" + script("allow", "exit 0")});
  EXPECT_FALSE(decision.allowed);
  EXPECT_EQ(decision.reason, "the key is revoked");
}

TEST_F(AuthorizationTest, AListThatCannotBeReadAnyMoreDenies) {
  const std::string banned = file("banned", "bob@example.org\n");
  auto made = Authorization::create(*m_loop, rules({"deny:" + banned, "trusted"}));
  ASSERT_TRUE(made);
  EXPECT_TRUE(decide(**made).allowed);
  std::filesystem::remove(banned);
  EXPECT_FALSE(decide(**made).allowed);
  file("banned", "alice@example.org\n");
  EXPECT_EQ(decide(**made).text(), "by deny:" + banned);
}

TEST_F(AuthorizationTest, RulesThatMakeNoSenseAreRefused) {
  for (const std::vector<std::string>& texts : {std::vector<std::string>{"deny:/a"},
                                                {"trusted", "deny:/a"},
                                                {"exec:/a", "trusted"},
                                                {"unix:/a", "exec:/b"}}) {
    EXPECT_FALSE(Authorization::check(rules(texts))) << texts.front();
  }
  EXPECT_FALSE(Authorization::check(
      std::vector<AuthorizationRuleText>(Authorization::kMaxRules + 1, rules({"trusted"})[0])));
  EXPECT_FALSE(Authorization::create(*m_loop, rules({"allow:/nonexistent"})));
}

TEST(AuthorizationRule, IsReadAndWritten) {
  for (const std::string text : {"deny:/a", "allow:/b c", "trusted", "exec:/d", "unix:/e"})
    EXPECT_EQ(parse_authorization_rule(text)->text(), text);
  for (const std::string text :
       {"", "allow", "allow:", "allow:a", "exec:sh", "trusted:/a", "Allow:/a", "unix:a", "/a"})
    EXPECT_FALSE(parse_authorization_rule(text)) << text;
  EXPECT_FALSE(parse_authorization_rule("unix:/" + std::string(200, 'a')));
  EXPECT_FALSE(parse_authorization_rule(std::string_view("exec:/a\0b", 9)));
}

TEST_F(AuthorizationTest, AProgramDecidesByItsExitStatus) {
  EXPECT_TRUE(decide({"exec:" + script("allow", "exit 0")}).allowed);
  EXPECT_EQ(decide({"exec:" + script("deny", "exit 1")}).text(), "by exec:" + (m_folder / "deny").string());
  for (const char* end : {"exit 2", "exit 127", "kill -SEGV $$", "kill -KILL $$"}) {
    const auto decision = decide({"exec:" + script("broken", end)});
    EXPECT_FALSE(decision.allowed) << end;
    EXPECT_TRUE(decision.reason.starts_with("it failed: it ")) << decision.reason;
  }
  EXPECT_FALSE(decide({"exec:/nonexistent"}).allowed);
}

TEST_F(AuthorizationTest, AProgramIsToldWhoItIsOnItsStandardInputOnly) {
  const std::string told = (m_folder / "told").string();
  const std::string arguments = (m_folder / "arguments").string();
  decide({"exec:" + script("tell", "cat >" + told + "; tr '\\0' '\\n' </proc/$$/cmdline >" + arguments)});
  std::string line;
  std::getline(std::ifstream(told), line);
  EXPECT_EQ(line + "\n", *write_hook_question(m_question));
  EXPECT_TRUE(line.contains(R"("mail_addresses":["alice@example.org"])")) << line;
  std::ifstream all(arguments);
  for (std::string argument; std::getline(all, argument);)
    EXPECT_FALSE(argument.contains("alice")) << argument;
}

TEST_F(AuthorizationTest, AProgramMayEndWithoutReadingOrWriting) {
  m_question.remote.user_ids.assign(400, std::string(100, 'a'));
  EXPECT_TRUE(decide({"exec:" + script("allow", "exec <&- >&- 2>&-; exit 0")}).allowed);
  m_question.remote.user_ids.assign(1000, std::string(100, 'a'));
  EXPECT_FALSE(decide({"exec:" + script("allow", "exit 0")}).allowed);
}

TEST_F(AuthorizationTest, AnAnswerIsRememberedForAsLongAsItSays) {
  const std::string count = (m_folder / "count").string();
  const auto asked = [&count] {
    return std::filesystem::exists(count) ? std::filesystem::file_size(count) : 0U;
  };
  auto never = Authorization::create(*m_loop, rules({"exec:" + script("a", "printf x >>" + count)}));
  decide(**never);
  decide(**never);
  EXPECT_EQ(asked(), 2U);
  auto minute = Authorization::create(
      *m_loop, rules({"exec:" + script("b", "printf x >>" + count + R"(; echo '{"ttl":60}')")}));
  EXPECT_TRUE(decide(**minute).allowed);
  EXPECT_TRUE(decide(**minute).allowed);
  EXPECT_EQ(asked(), 3U);
  m_question.remote.mail_addresses = {"bob@example.org"};
  decide(**minute);
  EXPECT_EQ(asked(), 4U);
  script("b", "printf x >>" + count + "; exit 1");
  EXPECT_FALSE(decide(**minute).allowed);
}

TEST_F(AuthorizationTest, AProgramWhoseAnswerAndStatusDisagreeDenies) {
  EXPECT_FALSE(decide({"exec:" + script("a", R"(echo '{"allow":false}'; exit 0)")}).allowed);
  EXPECT_FALSE(decide({"exec:" + script("b", R"(echo '{"allow":true}'; exit 1)")}).allowed);
  EXPECT_FALSE(decide({"exec:" + script("c", R"(echo '{"ttl":-1}'; exit 0)")}).allowed);
  EXPECT_TRUE(decide({"exec:" + script("d", "echo hello; exit 0")}).allowed);
}

TEST_F(AuthorizationTest, AProgramThatFloodsIsKilledAtOnce) {
  for (const std::string how : {"yes", "yes >&2", "(yes &) ; exec sleep 60"}) {
    const auto since = std::chrono::steady_clock::now();
    const auto decision = decide({"exec:" + script("flood", how)});
    EXPECT_FALSE(decision.allowed);
    EXPECT_EQ(decision.reason, "it failed: it writes without end");
    EXPECT_LT(std::chrono::steady_clock::now() - since, AuthorizationHook::kLimit);
  }
}

TEST_F(AuthorizationTest, CancelledIsNeverAllowed) {
  const auto timer =
      m_loop->after(milliseconds(20), [this] { m_cancel.request({ErrorKind::Closed, "it left"}); });
  EXPECT_FALSE(decide({"exec:" + script("slow", "sleep 60")}).allowed);
  EXPECT_FALSE(decide({"trusted"}).allowed);
}

TEST_F(AuthorizationTest, NoMoreProgramsRunAtOnceThanAllowed) {
  const std::string run = "cd " + m_folder.string() +
                          "; touch running.$$; ls running.* | wc -l >>most; sleep 0.05; rm running.$$";
  auto made = Authorization::create(*m_loop, rules({"exec:" + script("slow", run)}));
  constexpr std::size_t kAsked = AuthorizationHook::kMostAtOnce * 3;
  std::size_t allowed = 0;
  decide_at_once(**made, kAsked,
                 [&allowed](const AuthorizationDecision& one) { allowed += one.allowed ? 1U : 0U; });
  EXPECT_EQ(allowed, kAsked);
  std::ifstream most(m_folder / "most");
  for (std::size_t running = 0; most >> running;) EXPECT_LE(running, AuthorizationHook::kMostAtOnce);
}

TEST_F(AuthorizationTest, ThoseThatAreTooManyAreDenied) {
  auto made = Authorization::create(*m_loop, rules({"exec:" + script("slow", "sleep 60")}));
  std::size_t denied = 0;
  constexpr std::size_t kFit = AuthorizationHook::kMostAtOnce + AuthorizationHook::kMostWaiting;
  decide_at_once(
      **made, kFit + 3,
      [&denied](const AuthorizationDecision& one) {
        denied += one.reason == "it failed: too many wait for it" ? 1U : 0U;
      },
      [this] { m_cancel.request({ErrorKind::Closed, "that will do"}); });
  EXPECT_EQ(denied, 3U);
}

TEST(HookAnswer, IsReadWithinItsBounds) {
  const auto answer = parse_hook_answer(R"({"allow":true,"ttl":60,"reason":"a\nmember","more":[1]})");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->allow, true);
  EXPECT_EQ(answer->ttl, seconds(60));
  EXPECT_EQ(answer->reason.find('\n'), std::string::npos);
  EXPECT_EQ(parse_hook_answer(R"({"ttl":99999999999})")->ttl, kMaxHookTtl);
  EXPECT_FALSE(parse_hook_answer("{}")->allow);
}

TEST(HookAnswer, IsRefusedWhenItIsNone) {
  for (const char* text :
       {"", "true", "[]", "{", R"({"allow":"true"})", R"({"allow":1})", R"({"allow":null})", R"({"ttl":-1})",
        R"({"ttl":1.5})", R"({"ttl":"60"})", R"({"ttl":1e99})", R"({"reason":5})", "{} {}", "\xff"}) {
    EXPECT_FALSE(parse_hook_answer(text)) << text;
  }
  EXPECT_FALSE(parse_hook_answer("{\"reason\":\"" + std::string(kMaxHookAnswerBytes, 'a') + "\"}"));
}

TEST(HookQuestion, SaysWhoItIsInOneLine) {
  AuthorizationQuestion question{
      .service = "gate 127.0.0.1:443", .local = "lists.example.org", .remote = alice()};
  question.remote.user_ids = {"Mal\nlory \xff <m@example.org>"};
  const auto line = write_hook_question(question);
  ASSERT_TRUE(line);
  EXPECT_EQ(line->find('\n'), line->size() - 1);
  EXPECT_TRUE(line->contains(R"("service":"gate 127.0.0.1:443")")) << *line;
  EXPECT_TRUE(line->contains("Mal\\nlory \xef\xbf\xbd")) << *line;
}

}  // namespace
}  // namespace tlscore::judge
