// Questions about identities: one for all who wait, answers that hold, and their end.
#include "proxy/identity_questions.h"

#include <gtest/gtest.h>

#include <memory>

namespace proxy {
namespace {

using tlscore::ErrorKind;
using tlscore::Result;
using tlscore::Task;

const std::string kKey = "key-" + std::string(64, 'a');

OpenQuestion question_about(const std::string& party) {
  return {.party = party,
          .text = "Which?",
          .since = {},
          .choices = {{.id = kKey, .text = "Alice", .note = ""}, {.id = "none", .text = "None", .note = ""}}};
}

Party asking(const std::string& host) {
  return {.hosts = {host}, .identity = {.kind = Identity::Kind::Ask}};
}

class IdentityQuestionsTest : public testing::Test {
 protected:
  struct Waiter {
    tlscore::Cancel cancel;
    Result<void> outcome;
    bool done = false;
  };

  void ask(const std::string& party, Waiter& waiter) {
    const auto body = [](IdentityQuestions& questions, std::string its_party, Waiter& its) -> Task<void> {
      OpenQuestion question = question_about(its_party);
      its.outcome = co_await questions.ask(std::move(question), its.cancel);
      its.done = true;
    };
    spawn(*m_loop, body(m_questions, party, waiter));
    run();
  }
  void run() {
    for (int turn = 0; turn < 20; ++turn) event_base_loop(m_loop->base(), EVLOOP_NONBLOCK);
  }

  std::unique_ptr<tlscore::EventLoop> m_loop = *tlscore::EventLoop::create();
  IdentityQuestions m_questions{*m_loop};
};

TEST_F(IdentityQuestionsTest, AnAnswerIsForAllWhoWaitAndHolds) {
  Waiter one;
  Waiter two;
  ask("party.test", one);
  ask("party.test", two);
  ASSERT_EQ(m_questions.open().size(), 1U);
  EXPECT_EQ(m_questions.open().front().waiting, 2U);
  EXPECT_EQ(m_questions.identity_of(asking("party.test")).kind, Identity::Kind::Ask);
  ASSERT_TRUE(m_questions.answer(m_questions.open().front().id, kKey));
  run();
  EXPECT_TRUE(one.done && one.outcome && two.done && two.outcome);
  EXPECT_TRUE(m_questions.open().empty());
  EXPECT_EQ(m_questions.identity_of(asking("party.test")),
            (Identity{.kind = Identity::Kind::KeyFingerprint, .value = std::string(64, 'a')}));
  EXPECT_EQ(m_questions.identity_of(asking("other.test")).kind, Identity::Kind::Ask);
}

TEST_F(IdentityQuestionsTest, NoneIsAnAnswer) {
  Waiter one;
  ask("party.test", one);
  ASSERT_TRUE(m_questions.answer(m_questions.open().front().id, "none"));
  run();
  EXPECT_TRUE(one.outcome);
  EXPECT_EQ(m_questions.identity_of(asking("party.test")).kind, Identity::Kind::None);
}

TEST_F(IdentityQuestionsTest, APartyThatIsNotToBeAskedAboutKeepsItsIdentity) {
  const Party party{.hosts = {"party.test"}};
  EXPECT_EQ(m_questions.identity_of(party), party.identity);
}

TEST_F(IdentityQuestionsTest, WhatIsNoChoiceOrNoQuestionDecidesNothing) {
  Waiter one;
  ask("party.test", one);
  const auto id = m_questions.open().front().id;
  EXPECT_EQ(m_questions.answer(id, "key-b").error().kind, ErrorKind::Malformed);
  EXPECT_EQ(m_questions.answer(id + 1, "none").error().kind, ErrorKind::NotFound);
  EXPECT_EQ(m_questions.open().size(), 1U);
  m_questions.forget({ErrorKind::Disarmed, "out"});
  run();
}

TEST_F(IdentityQuestionsTest, WhoGivesUpIsNotCountedAndTheQuestionStays) {
  Waiter one;
  ask("party.test", one);
  one.cancel.request({ErrorKind::Cancelled, "gone"});
  run();
  EXPECT_TRUE(one.done && !one.outcome);
  ASSERT_EQ(m_questions.open().size(), 1U);
  EXPECT_EQ(m_questions.open().front().waiting, 0U);
  m_questions.forget({ErrorKind::Disarmed, "out"});
}

TEST_F(IdentityQuestionsTest, ForgettingTellsWhoWaitsAndEndsAnswers) {
  Waiter one;
  Waiter two;
  ask("party.test", one);
  ASSERT_TRUE(m_questions.answer(m_questions.open().front().id, kKey));
  ask("other.test", two);
  m_questions.forget({ErrorKind::Disarmed, "the token was pulled out"});
  run();
  EXPECT_EQ(two.outcome.error().kind, ErrorKind::Disarmed);
  EXPECT_TRUE(m_questions.open().empty());
  EXPECT_EQ(m_questions.identity_of(asking("party.test")).kind, Identity::Kind::Ask);
}

TEST_F(IdentityQuestionsTest, ThereAreNotMoreThanTheMost) {
  std::vector<std::unique_ptr<Waiter>> waiters;
  for (std::size_t number = 0; number <= IdentityQuestions::kMostOpen; ++number) {
    waiters.push_back(std::make_unique<Waiter>());
    ask("party" + std::to_string(number) + ".test", *waiters.back());
  }
  EXPECT_EQ(m_questions.open().size(), IdentityQuestions::kMostOpen);
  EXPECT_EQ(waiters.back()->outcome.error().kind, ErrorKind::Refused);
  m_questions.forget({ErrorKind::Disarmed, "out"});
  run();
}

TEST_F(IdentityQuestionsTest, AQuestionThatNobodyAnswersEnds) {
  IdentityQuestions impatient(*m_loop, std::chrono::milliseconds(1));
  tlscore::Cancel cancel;
  std::optional<Result<void>> outcome;
  const auto body = [](IdentityQuestions& questions, tlscore::Cancel& its_cancel,
                       std::optional<Result<void>>& its_outcome) -> Task<void> {
    OpenQuestion question = question_about("party.test");
    its_outcome = co_await questions.ask(std::move(question), its_cancel);
  };
  spawn(*m_loop, body(impatient, cancel, outcome));
  bool is_late = false;
  const auto limit = m_loop->after(std::chrono::seconds(10), [&is_late] { is_late = true; });
  while (!outcome && !is_late) event_base_loop(m_loop->base(), EVLOOP_ONCE);
  if (!outcome) impatient.forget({ErrorKind::TimedOut, "late"});
  run();
  ASSERT_FALSE(is_late);
  EXPECT_EQ(outcome->error().kind, ErrorKind::TimedOut);
  EXPECT_TRUE(impatient.open().empty());
}

TEST_F(IdentityQuestionsTest, EveryChangeIsTold) {
  int changes = 0;
  m_questions.on_change([&changes] { ++changes; });
  Waiter one;
  ask("party.test", one);
  EXPECT_EQ(changes, 1);
  ASSERT_TRUE(m_questions.answer(m_questions.open().front().id, "none"));
  EXPECT_EQ(changes, 2);
  run();
}

}  // namespace
}  // namespace proxy
