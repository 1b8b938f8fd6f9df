// What is asked once, what is remembered, and what voids it.
#include "openpgp-auth/keyring_lookups.h"

#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>

namespace openpgp_auth {
namespace {

using tlscore::Bytes;
using tlscore::Cancel;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;
using tlscore::Task;

class KeyringLookupsTest : public testing::Test {
 protected:
  using Answer = Result<KeyringLookups::Answer>;

  KeyringLookupsTest() : m_lookups(*m_loop, source()) {}

  /// What so many who ask at once are told.
  std::vector<Answer> ask(const std::string& certificate, const std::string& key_id = "k", int askers = 1) {
    std::vector<Answer> answers;
    const auto one = [](KeyringLookups& lookups, Bytes octets, std::string id,
                        std::vector<Answer>& into) -> Task<void> {
      Cancel never;
      into.push_back(co_await lookups.answer(std::move(octets), std::move(id), never));
    };
    for (int i = 0; i < askers; ++i) {
      tlscore::spawn(*m_loop, one(m_lookups, tlscore::to_bytes(certificate), key_id, answers));
    }
    run();
    return answers;
  }
  void run() {
    while (m_loop->tasks() > 0) {
      m_loop->post([this] { m_loop->stop(); });
      m_loop->run();
    }
  }

  std::unique_ptr<tlscore::EventLoop> m_loop = *tlscore::EventLoop::create();
  std::atomic<int> m_asked{0};
  std::atomic<bool> m_fails{false};
  std::atomic<bool> m_changes_when_asked{false};
  std::string m_generation = "1";
  KeyringLookups m_lookups;

 private:
  KeyringLookups::Source source() {
    return {.ask = [this](tlscore::ByteView certificate, const std::string& key_id) -> Result<KeyringAnswer> {
              ++m_asked;
              if (m_fails) return fail(ErrorKind::TimedOut, "gpg did not come to its end");
              KeyringAnswer answer;
              answer.holders = {{std::string(tlscore::as_text(certificate)), key_id}};
              return answer;
            },
            .generation =
                [this] {
                  if (m_changes_when_asked) return m_generation + std::to_string(m_asked);
                  return m_generation;
                }};
  }
};

TEST_F(KeyringLookupsTest, WhatIsKnownIsNotAskedAgain) {
  const auto first = ask("certificate");
  ASSERT_TRUE(first.at(0));
  EXPECT_EQ((*first[0])->holders.at(0).key, "certificate");
  EXPECT_EQ(*ask("certificate").at(0), *first[0]);
  EXPECT_EQ(m_asked, 1);
}

TEST_F(KeyringLookupsTest, AnotherCertificateOrKeyIsAnotherQuestion) {
  ask("certificate");
  EXPECT_EQ((*ask("another").at(0))->holders.at(0).key, "another");
  EXPECT_EQ((*ask("certificate", "other key").at(0))->holders.at(0).primary, "other key");
  EXPECT_EQ(m_asked, 3);
}

TEST_F(KeyringLookupsTest, AChangedKeyringIsAskedAgain) {
  ask("certificate");
  m_generation = "2";
  ask("certificate");
  EXPECT_EQ(m_asked, 2);
  ask("certificate");
  EXPECT_EQ(m_asked, 2);
}

TEST_F(KeyringLookupsTest, AKeyringThatChangesMeanwhileIsNotRemembered) {
  m_changes_when_asked = true;
  ASSERT_TRUE(ask("certificate").at(0));
  m_changes_when_asked = false;
  ask("certificate");
  EXPECT_EQ(m_asked, 2);
}

TEST_F(KeyringLookupsTest, ManyAtOnceAreAnsweredByOneLook) {
  constexpr int kAskers = 20;
  const auto answers = ask("certificate", "k", kAskers);
  ASSERT_EQ(answers.size(), kAskers);
  for (const Answer& answer : answers) EXPECT_TRUE(answer);
  EXPECT_EQ(m_asked, 1);
}

TEST_F(KeyringLookupsTest, AnErrorIsTakenAndNotRemembered) {
  m_fails = true;
  EXPECT_EQ(ask("certificate").at(0).error().kind, ErrorKind::TimedOut);
  m_fails = false;
  EXPECT_TRUE(ask("certificate").at(0));
  EXPECT_EQ(m_asked, 2);
}

TEST_F(KeyringLookupsTest, TheOldestIsForgotten) {
  for (std::size_t i = 0; i <= KeyringLookups::kMaxAnswers; ++i) ask(std::to_string(i));
  const int asked = m_asked;
  ask(std::to_string(KeyringLookups::kMaxAnswers));
  EXPECT_EQ(m_asked, asked);
  ask("0");
  EXPECT_EQ(m_asked, asked + 1);
}

TEST_F(KeyringLookupsTest, WhoIsCancelledWaitsNoLonger) {
  Cancel cancel;
  cancel.request({ErrorKind::TokenRemoved, "pulled"});
  std::vector<Answer> answers;
  const auto one = [](KeyringLookups& lookups, Cancel& why, std::vector<Answer>& into) -> Task<void> {
    Bytes octets = tlscore::to_bytes("certificate");
    std::string id = "k";
    into.push_back(co_await lookups.answer(std::move(octets), std::move(id), why));
  };
  tlscore::spawn(*m_loop, one(m_lookups, cancel, answers));
  run();
  EXPECT_EQ(answers.at(0).error().kind, ErrorKind::TokenRemoved);
  EXPECT_TRUE(ask("certificate").at(0));
}

}  // namespace
}  // namespace openpgp_auth
