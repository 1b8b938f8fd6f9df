// Watched descriptors.
#include "tlscore/base/descriptor_watch.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "tlscore/base/socket.h"

namespace tlscore {
namespace {

class DescriptorWatchTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = make_socket_pair();
    ASSERT_TRUE(made.has_value());
    pair = std::move(*made);
  }
  void round() const { event_base_loop(loop->base(), EVLOOP_ONCE | EVLOOP_NONBLOCK); }

  std::unique_ptr<EventLoop> loop = *EventLoop::create();
  std::pair<UniqueFd, UniqueFd> pair;
  int calls = 0;
};

TEST_F(DescriptorWatchTest, CallsAgainUntilEverythingIsRead) {
  const auto watch =
      DescriptorWatch::create(*loop, pair.first.get(), DescriptorWatch::For::Reading, [this] { ++calls; });
  round();
  EXPECT_EQ(calls, 0);
  ASSERT_EQ(::send(pair.second.get(), "x", 1, 0), 1);
  round();
  round();
  EXPECT_EQ(calls, 2);
  char unused = 0;
  ASSERT_EQ(::recv(pair.first.get(), &unused, 1, 0), 1);
  round();
  EXPECT_EQ(calls, 2);
}

TEST_F(DescriptorWatchTest, ACallbackMayDestroyItsWatch) {
  std::unique_ptr<DescriptorWatch> watch;
  auto created = DescriptorWatch::create(*loop, pair.first.get(), DescriptorWatch::For::Writing,
                                         [this, &watch, text = std::string(100, 'x')] {
                                           watch.reset();
                                           calls += static_cast<int>(text.size());  // still there
                                         });
  watch = std::move(*created);
  round();
  round();
  EXPECT_EQ(calls, 100);
}

TEST_F(DescriptorWatchTest, ADescriptorThatIsNotOpenCannotBeWatched) {
  const auto watch = DescriptorWatch::create(*loop, 1'000'000, DescriptorWatch::For::Reading, [] {});
  EXPECT_FALSE(watch.has_value());
}

}  // namespace
}  // namespace tlscore
