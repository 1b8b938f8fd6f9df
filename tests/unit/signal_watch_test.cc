// Signals as callbacks.
#include "tlscore/base/signal_watch.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace tlscore {
namespace {

TEST(SignalWatch, CallsBackWithTheNumberOfEachThatItWatches) {
  const auto loop = *EventLoop::create();
  std::vector<int> seen;
  SignalWatch watch;
  ASSERT_TRUE(watch.start(*loop, {SIGUSR1, SIGUSR2}, [&](int number) { seen.push_back(number); }));
  for (const int number : {SIGUSR2, SIGUSR1}) {
    ASSERT_EQ(::raise(number), 0);
    while (seen.empty() || seen.back() != number) event_base_loop(loop->base(), EVLOOP_ONCE);
  }
  EXPECT_EQ(seen, (std::vector<int>{SIGUSR2, SIGUSR1}));
}

TEST(SignalWatch, LeavesThemAsTheyWere) {
  struct sigaction before{};
  struct sigaction after{};
  ASSERT_EQ(::sigaction(SIGUSR1, nullptr, &before), 0);
  {
    const auto loop = *EventLoop::create();
    SignalWatch watch;
    ASSERT_TRUE(watch.start(*loop, {SIGUSR1}, [](int) {}));
  }
  ASSERT_EQ(::sigaction(SIGUSR1, nullptr, &after), 0);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
}

}  // namespace
}  // namespace tlscore
