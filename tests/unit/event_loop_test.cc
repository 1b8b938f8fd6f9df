// How a program ends: the loop is stopped, and what runs on it comes to its end.
#include "tlscore/base/event_loop.h"

#include <gtest/gtest.h>

#include "tlscore/base/future.h"
#include "tlscore/base/task.h"

namespace tlscore {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

class EventLoopTest : public testing::Test {
 protected:
  /// Waits on the loop, without a limit, for whatever `promise` brings.
  void wait_for(const Promise<int>& promise) {
    const auto wait = [](EventLoopTest& self, Promise<int> awaited) -> Task<void> {
      self.m_ended = (co_await awaited.wait(self.m_cancel, kNoLimit)).has_value();
    };
    spawn(*m_loop, wait(*this, promise));
  }

  std::unique_ptr<EventLoop> m_loop = *EventLoop::create();
  Cancel m_cancel;
  bool m_ended = false;
};

TEST_F(EventLoopTest, WhatStillRunsWhenItIsStoppedComesToItsEnd) {
  const Promise<int> promise(*m_loop);
  wait_for(promise);
  const auto later = m_loop->after(milliseconds(20), [&] { promise.settle(1); });
  m_loop->post([&] { m_loop->stop(); });
  m_loop->run_until_tasks_end(hours(1));
  EXPECT_TRUE(m_ended);
}

TEST_F(EventLoopTest, ATaskThatDoesNotEndIsLeftAfterTheLimit) {
  const Promise<int> promise(*m_loop);
  wait_for(promise);
  m_loop->post([&] { m_loop->stop(); });
  m_loop->run_until_tasks_end(milliseconds(20));
  EXPECT_FALSE(m_ended);
  EXPECT_EQ(m_loop->tasks(), 1U);
  promise.settle(1);
  while (m_loop->tasks() > 0) event_base_loop(m_loop->base(), EVLOOP_ONCE);
}

}  // namespace
}  // namespace tlscore
