// Sockets as streams, and child processes.
#include "tlscore/base/socket.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "tlscore/base/process.h"

namespace tlscore {
namespace {

using std::chrono::milliseconds;

class SocketTest : public testing::Test {
 protected:
  void SetUp() override {
    auto pair = make_socket_pair();
    ASSERT_TRUE(pair.has_value());
    left = *Socket::adopt(*loop, std::move(pair->first));
    right = *Socket::adopt(*loop, std::move(pair->second));
  }
  void finish() {
    while (loop->tasks() > 0) event_base_loop(loop->base(), EVLOOP_ONCE);
  }

  std::unique_ptr<EventLoop> loop = *EventLoop::create();
  Cancel cancel;
  std::unique_ptr<Socket> left;
  std::unique_ptr<Socket> right;
};

Task<void> send_all(Stream& stream, Bytes bytes, Cancel& cancel) {
  EXPECT_TRUE((co_await stream.write(bytes, cancel, kNoLimit)).has_value());
  EXPECT_TRUE((co_await stream.finish_writing(cancel, kNoLimit)).has_value());
}

Task<void> receive_all(Stream& stream, Bytes& into, Cancel& cancel) {
  Bytes buffer(1000);
  for (;;) {
    auto count = co_await stream.read(buffer, cancel, kNoLimit);
    if (!count || *count == 0) co_return;
    into.insert(into.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*count));
  }
}

Task<void> read_once(Stream& stream, Cancel& cancel, TimeLimit limit,
                     std::optional<Result<std::size_t>>& into) {
  Bytes buffer(10);
  into = co_await stream.read(buffer, cancel, limit);
}

TEST_F(SocketTest, CarriesMoreThanAKernelBufferInOrder) {
  Bytes sent(3'000'000);
  std::ranges::generate(sent, [n = 0U]() mutable { return static_cast<std::uint8_t>(n++ * 7 >> 3U); });
  Bytes received;
  spawn(*loop, send_all(*left, sent, cancel));
  spawn(*loop, receive_all(*right, received, cancel));
  finish();
  EXPECT_EQ(received, sent);
}

TEST_F(SocketTest, HalfCloseLeavesTheOtherDirectionOpen) {
  Bytes received;
  spawn(*loop, send_all(*left, {}, cancel));
  spawn(*loop, receive_all(*right, received, cancel));
  finish();
  spawn(*loop, send_all(*right, {1, 2, 3}, cancel));
  spawn(*loop, receive_all(*left, received, cancel));
  finish();
  EXPECT_EQ(received, (Bytes{1, 2, 3}));
}

TEST_F(SocketTest, ReadingEndsAtItsLimit) {
  std::optional<Result<std::size_t>> seen;
  spawn(*loop, read_once(*left, cancel, milliseconds{1}, seen));
  finish();
  EXPECT_EQ(seen->error().kind, ErrorKind::TimedOut);
}

TEST_F(SocketTest, ClosingEndsAWait) {
  std::optional<Result<std::size_t>> seen;
  spawn(*loop, read_once(*left, cancel, kNoLimit, seen));
  left->close(false);
  finish();
  EXPECT_EQ(seen->error().kind, ErrorKind::Closed);
}

TEST_F(SocketTest, WritingToAClosedPeerFails) {
  right->close(false);
  const Bytes one{1};
  const auto taken = left->try_write(one);
  ASSERT_FALSE(taken.has_value());
  EXPECT_EQ(taken.error().kind, ErrorKind::Closed);
}

class ProcessTest : public testing::Test {
 protected:
  /// Runs `/bin/sh -c script` to its end; the sentence that describes it.
  std::string run(const std::string& script, std::vector<std::string> environment = {}) {
    std::string seen;
    const ChildProcess::Options options{
        .arguments = {"/bin/sh", "-c", script}, .descriptors = {}, .environment = std::move(environment)};
    const auto child = ChildProcess::start(*loop, options, [&](int status) {
      seen = describe_exit(status);
      loop->stop();
    });
    EXPECT_TRUE(child.has_value());
    loop->run();
    return seen;
  }

  std::unique_ptr<EventLoop> loop = *EventLoop::create();
};

TEST_F(ProcessTest, TellsItsStatus) {
  EXPECT_EQ(run("exit 3"), "it ended with status 3");
}

TEST_F(ProcessTest, TellsTheSignalThatKilledIt) {
  EXPECT_EQ(run("kill -SEGV $$"), "it was killed by SIGSEGV (Segmentation fault)");
}

TEST_F(ProcessTest, GetsOurVariablesInPlaceOfOlderOnes) {
  ASSERT_EQ(::setenv("LATCHKEY_TEST_VARIABLE", "old", 1), 0);
  EXPECT_EQ(run("[ \"$LATCHKEY_TEST_VARIABLE\" = new ]", {"LATCHKEY_TEST_VARIABLE=new"}),
            "it ended with status 0");
  EXPECT_EQ(run("[ -z \"${LATCHKEY_TEST_VARIABLE+set}\" ]", {"LATCHKEY_TEST_VARIABLE"}),
            "it ended with status 0");
}

TEST_F(ProcessTest, WhatItStartedEndsWithIt) {
  auto pair = make_socket_pair();
  ASSERT_TRUE(pair.has_value());
  // The grandchild holds the socket open for as long as it lives.
  const ChildProcess::Options options{.arguments = {"/bin/sh", "-c", "sleep 1000 & exit 0"},
                                      .descriptors = {{pair->second.get(), 3}},
                                      .environment = {}};
  const auto child = ChildProcess::start(*loop, options, [&](int) { loop->stop(); });
  ASSERT_TRUE(child.has_value());
  pair->second.reset();
  loop->run();
  const auto socket = Socket::adopt(*loop, std::move(pair->first));
  std::optional<Result<std::size_t>> seen;
  Cancel cancel;
  spawn(*loop, read_once(**socket, cancel, kNoLimit, seen));
  while (loop->tasks() > 0) event_base_loop(loop->base(), EVLOOP_ONCE);
  EXPECT_EQ(**seen, 0U) << "the end of the stream, because the last holder is gone";
}

/// The letter that proc(5) has for its state.
char state_of(pid_t pid) {
  std::ifstream stat("/proc/" + std::to_string(pid) + "/stat");
  std::string number;
  std::string name;
  char state = '?';
  stat >> number >> name >> state;
  return state;
}

TEST_F(ProcessTest, TellsThatItWasStoppedAndByWhichSignal) {
  const ChildProcess::Options options{
      .arguments = {"/bin/sleep", "1000"}, .descriptors = {}, .environment = {}};
  const auto child = ChildProcess::start(*loop, options, [](int) { FAIL() << "it has not ended"; });
  ASSERT_TRUE(child.has_value());
  for (const int number : {SIGSTOP, SIGTSTP}) {
    int told = 0;
    (*child)->on_stopped([&](int by) {
      told = by;
      loop->stop();
    });
    (*child)->signal(number);
    loop->run();
    EXPECT_EQ(told, number);
    (*child)->signal(SIGCONT);
    while (state_of((*child)->pid()) == 'T') std::this_thread::yield();
  }
}

TEST_F(ProcessTest, OneThatGoesOnBeforeAnybodyLooksHasNotStopped) {
  const ChildProcess::Options options{
      .arguments = {"/bin/sleep", "1000"}, .descriptors = {}, .environment = {}};
  bool told = false;
  auto child = ChildProcess::start(*loop, options, [&](int) { loop->stop(); });
  ASSERT_TRUE(child.has_value());
  (*child)->on_stopped([&](int) { told = true; });
  (*child)->signal(SIGSTOP);
  while (state_of((*child)->pid()) != 'T') std::this_thread::yield();
  (*child)->signal(SIGCONT);
  while (state_of((*child)->pid()) == 'T') std::this_thread::yield();
  (*child)->signal(SIGTERM);
  loop->run();
  EXPECT_FALSE(told);
}

TEST_F(ProcessTest, MayBeDestroyedByWhoIsToldThatItWasStopped) {
  const ChildProcess::Options options{
      .arguments = {"/bin/sleep", "1000"}, .descriptors = {}, .environment = {}};
  auto child = ChildProcess::start(*loop, options, [](int) {});
  ASSERT_TRUE(child.has_value());
  const pid_t pid = (*child)->pid();
  (*child)->on_stopped([&](int) {
    child->reset();
    loop->stop();
  });
  (*child)->signal(SIGSTOP);
  loop->run();
  EXPECT_NE(::kill(pid, 0), 0) << "it is still there";
}

TEST_F(ProcessTest, AMissingProgramIsNotFound) {
  const ChildProcess::Options options{
      .arguments = {"/nonexistent/program"}, .descriptors = {}, .environment = {}};
  const auto child = ChildProcess::start(*loop, options, [](int) {});
  ASSERT_FALSE(child.has_value());
  EXPECT_EQ(child.error().kind, ErrorKind::NotFound);
}

}  // namespace
}  // namespace tlscore
