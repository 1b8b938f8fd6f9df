// Work that is done once: for all who want it at the same time, and again when whoever did it was cancelled.
#include "proxy/shared_work.h"

#include <gtest/gtest.h>

#include <memory>

namespace proxy {
namespace {

using tlscore::Cancel;
using tlscore::ErrorKind;
using tlscore::Promise;
using tlscore::Result;
using tlscore::Task;

class SharedWorkTest : public testing::Test {
 protected:
  struct Wanted {
    Cancel cancel;
    std::optional<Result<int>> outcome;
  };

  Task<Result<int>> work(Cancel& cancel) {
    m_jobs.push_back(std::make_unique<Promise<int>>(*m_loop));
    const Promise<int> mine = *m_jobs.back();
    co_return co_await mine.wait(cancel);
  }

  void want(const std::string& key, Wanted& wanted) {
    const auto body = [](SharedWorkTest& test, std::string its_key, Wanted& its) -> Task<void> {
      const auto job = [&test, &its] { return test.work(its.cancel); };
      its.outcome = co_await test.m_shared.run(std::move(its_key), job, its.cancel);
    };
    spawn(*m_loop, body(*this, key, wanted));
    run();
  }
  void run() {
    for (int turn = 0; turn < 20; ++turn) event_base_loop(m_loop->base(), EVLOOP_NONBLOCK);
  }

  std::unique_ptr<tlscore::EventLoop> m_loop = *tlscore::EventLoop::create();
  SharedWork<int> m_shared{*m_loop};
  std::vector<std::unique_ptr<Promise<int>>> m_jobs;  ///< That were begun.
};

TEST_F(SharedWorkTest, IsDoneOnceForAllWhoWantItAtTheSameTime) {
  Wanted one;
  Wanted two;
  want("a", one);
  want("a", two);
  ASSERT_EQ(m_jobs.size(), 1U);
  m_jobs[0]->settle(5);
  run();
  EXPECT_EQ(**one.outcome, 5);
  EXPECT_EQ(**two.outcome, 5);
}

TEST_F(SharedWorkTest, IsOtherWorkUnderAnotherKeyOrLater) {
  Wanted one;
  Wanted two;
  Wanted three;
  want("a", one);
  want("b", two);
  ASSERT_EQ(m_jobs.size(), 2U);
  m_jobs[0]->settle(5);
  m_jobs[1]->settle(6);
  run();
  EXPECT_EQ(**two.outcome, 6);
  want("a", three);
  ASSERT_EQ(m_jobs.size(), 3U);
  m_jobs[2]->settle(7);
  run();
  EXPECT_EQ(**three.outcome, 7);
}

TEST_F(SharedWorkTest, AFailureIsForAll) {
  Wanted one;
  Wanted two;
  want("a", one);
  want("a", two);
  m_jobs[0]->settle(tlscore::fail(ErrorKind::Disarmed, "not touched"));
  run();
  EXPECT_EQ(one.outcome->error().kind, ErrorKind::Disarmed);
  EXPECT_EQ(two.outcome->error().kind, ErrorKind::Disarmed);
  EXPECT_EQ(m_jobs.size(), 1U);
}

TEST_F(SharedWorkTest, WhenWhoeverDoesItIsCancelledTheNextOneDoesIt) {
  Wanted one;
  Wanted two;
  Wanted three;
  want("a", one);
  want("a", two);
  want("a", three);
  one.cancel.request({ErrorKind::Cancelled, "the browser left"});
  run();
  EXPECT_EQ(one.outcome->error().kind, ErrorKind::Cancelled);
  ASSERT_EQ(m_jobs.size(), 2U);
  m_jobs[1]->settle(5);
  run();
  EXPECT_EQ(**two.outcome, 5);
  EXPECT_EQ(**three.outcome, 5);
}

TEST_F(SharedWorkTest, WhoeverWaitsCanGiveUp) {
  Wanted one;
  Wanted two;
  want("a", one);
  want("a", two);
  two.cancel.request({ErrorKind::Cancelled, "the browser left"});
  run();
  EXPECT_EQ(two.outcome->error().kind, ErrorKind::Cancelled);
  m_jobs[0]->settle(5);
  run();
  EXPECT_EQ(**one.outcome, 5);
}

}  // namespace
}  // namespace proxy
