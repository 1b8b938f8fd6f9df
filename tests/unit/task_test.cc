// Tasks, promises and cancelling: what a connection's code may rely on.
#include "tlscore/base/task.h"

#include <gtest/gtest.h>

#include "tlscore/base/future.h"
#include "tlscore/base/worker.h"

namespace tlscore {
namespace {

using std::chrono::milliseconds;

class TaskTest : public testing::Test {
 protected:
  /// Runs the loop until every spawned task has ended.
  void finish() {
    while (loop->tasks() > 0) event_base_loop(loop->base(), EVLOOP_ONCE);
  }

  std::unique_ptr<EventLoop> loop = *EventLoop::create();
  Cancel cancel;
};

Task<int> twice(int n) {
  co_return 2 * n;
}

Task<void> store(Promise<int> promise, Cancel& cancel, TimeLimit limit, std::optional<Result<int>>& into) {
  into = co_await promise.wait(cancel, limit);
}

TEST_F(TaskTest, GivesItsValueToWhoeverAwaitsIt) {
  int value = 0;
  const auto run = [](int& into) -> Task<void> { into = co_await twice(21); };
  spawn(*loop, run(value));
  finish();
  EXPECT_EQ(value, 42);
}

TEST_F(TaskTest, AHundredThousandAwaitsInARowNeedNoDeepStack) {
  int sum = 0;
  const auto run = [](int& into) -> Task<void> {
    for (int i = 0; i < 100'000; ++i) into += co_await twice(1);
  };
  spawn(*loop, run(sum));
  finish();
  EXPECT_EQ(sum, 200'000);
}

TEST_F(TaskTest, AWaitEndsWithWhatThePromiseBrings) {
  const Promise<int> promise(*loop);
  std::optional<Result<int>> seen;
  spawn(*loop, store(promise, cancel, kNoLimit, seen));
  EXPECT_FALSE(seen.has_value());
  promise.settle(7);
  EXPECT_FALSE(seen.has_value()) << "the waiter must go on from the loop, not from settle()";
  finish();
  EXPECT_EQ(**seen, 7);
}

TEST_F(TaskTest, OnlyTheFirstOutcomeCounts) {
  const Promise<int> promise(*loop);
  std::optional<Result<int>> seen;
  promise.settle(1);
  promise.settle(2);
  spawn(*loop, store(promise, cancel, kNoLimit, seen));
  finish();
  EXPECT_EQ(**seen, 1);
}

TEST_F(TaskTest, AWaitEndsAtItsLimit) {
  const Promise<int> promise(*loop);
  std::optional<Result<int>> seen;
  spawn(*loop, store(promise, cancel, milliseconds{1}, seen));
  finish();
  EXPECT_EQ(seen->error().kind, ErrorKind::TimedOut);
}

TEST_F(TaskTest, CancellingEndsEveryWait) {
  const Promise<int> first(*loop);
  const Promise<int> second(*loop);
  std::optional<Result<int>> seen_first;
  std::optional<Result<int>> seen_second;
  spawn(*loop, store(first, cancel, kNoLimit, seen_first));
  spawn(*loop, store(second, cancel, kNoLimit, seen_second));
  cancel.request({ErrorKind::TokenRemoved, "gone"});
  cancel.request({ErrorKind::Cancelled, "too late"});
  finish();
  EXPECT_EQ(seen_first->error().message, "gone");
  EXPECT_EQ(seen_second->error().message, "gone");
}

TEST_F(TaskTest, AWaitThatBeginsAfterCancellingDoesNotWait) {
  cancel.request({ErrorKind::Cancelled, "stopped"});
  std::optional<Result<int>> seen;
  spawn(*loop, store(Promise<int>(*loop), cancel, kNoLimit, seen));
  EXPECT_EQ(seen->error().message, "stopped");
}

TEST_F(TaskTest, BringingToSomebodyWhoGaveUpDoesNothing) {
  const Promise<int> promise(*loop);
  std::optional<Result<int>> seen;
  spawn(*loop, store(promise, cancel, milliseconds{1}, seen));
  finish();
  promise.settle(3);
  event_base_loop(loop->base(), EVLOOP_NONBLOCK);
  EXPECT_FALSE(seen->has_value());
}

TEST(Cancel, ACallbackMayTakeItsOwnAndAnothersRegistrationBack) {
  Cancel cancel;
  int calls = 0;
  Cancel::Registration second;
  Cancel::Registration first = cancel.on_request([&](const Error&) {
    ++calls;
    first.reset();
    second.reset();
  });
  second = cancel.on_request([&](const Error&) { ++calls; });
  cancel.request({ErrorKind::Cancelled, ""});
  EXPECT_EQ(calls, 1);
}

TEST_F(TaskTest, AWorkersResultComesBackOnTheLoopsThread) {
  Workers workers(*loop, 2);
  std::thread::id worked_on;
  std::optional<Result<int>> seen;
  const auto run = [](Workers& its_workers, Cancel& its_cancel, std::thread::id& thread,
                      std::optional<Result<int>>& into) -> Task<void> {
    auto job = [&thread]() -> Result<int> {
      thread = std::this_thread::get_id();
      return 5;
    };
    into = co_await its_workers.run(job, its_cancel, kNoLimit);
  };
  spawn(*loop, run(workers, cancel, worked_on, seen));
  finish();
  EXPECT_EQ(**seen, 5);
  EXPECT_NE(worked_on, std::this_thread::get_id());
}

TEST_F(TaskTest, PostedWorkRunsInOrderAndLetsTimersHaveTheirTurn) {
  std::vector<int> order;
  int rounds = 0;
  const auto timer = loop->after(milliseconds{1}, [&] { loop->stop(); });
  std::function<void()> again = [&] {
    ++rounds;
    loop->post([&] { again(); });
  };
  loop->post([&] { order.push_back(1); });
  loop->post([&] { order.push_back(2); });
  loop->post([&] { again(); });
  loop->run();
  EXPECT_EQ(order, (std::vector{1, 2}));
  EXPECT_GT(rounds, 0);
}

}  // namespace
}  // namespace tlscore
