// Which server has a key, and how one that does badly is left out.
#include "tlscore/judge/outcome_servers.h"

#include <gtest/gtest.h>

#include <array>

#include "tests/unit/loopback_listener.h"

namespace tlscore::judge {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Servers = std::vector<MemcachedRing::Server>;

std::string key(int number) {
  return "latchkey:" + std::to_string(number);
}

constexpr int kKeys = 1000;

TEST(MemcachedRing, GivesEveryServerAPartWhateverTheirOrder) {
  const Servers servers = {{"192.0.2.1", 11211}, {"192.0.2.2", 11211}, {"cache.example", 11211}};
  const Servers turned = {servers[2], servers[0], servers[1]};
  const auto ring = MemcachedRing::create(servers);
  const auto other = MemcachedRing::create(turned);
  ASSERT_TRUE(ring && other);
  std::array<int, 3> parts{};
  for (int i = 0; i < kKeys; ++i) {
    const std::size_t place = ring->place_of(key(i));
    ASSERT_LT(place, servers.size());
    ++parts[place];
    EXPECT_EQ(servers[place].host, turned[other->place_of(key(i))].host);
  }
  for (const int part : parts) EXPECT_GT(part, kKeys / 10);
}

TEST(MemcachedRing, KeepsMostKeysWhereTheyAreWhenAServerGoes) {
  const Servers all = {{"192.0.2.1", 11211}, {"192.0.2.2", 11211}, {"192.0.2.3", 11211}};
  const auto before = MemcachedRing::create(all);
  const auto after = MemcachedRing::create({all[0], all[1]});
  ASSERT_TRUE(before && after);
  for (int i = 0; i < kKeys; ++i) {
    const std::size_t place = before->place_of(key(i));
    if (place >= 2) continue;
    EXPECT_EQ(after->place_of(key(i)), place) << i;
  }
}

/// Asks servers that are not there, or say nothing.
class OutcomeServersTest : public testing::Test {
 protected:
  milliseconds ask(OutcomeStore& store) {
    const auto since = steady_clock::now();
    const auto body = [](OutcomeStore& asked, Cancel& cancel) -> Task<void> {
      std::vector<OutcomeKey> keys = {OutcomeKey{1}, OutcomeKey{2}};
      const auto values = co_await asked.get(std::move(keys), cancel);
      EXPECT_EQ(values, std::vector<Bytes>(2));
    };
    spawn(*m_loop, body(store, m_cancel));
    while (m_loop->tasks() > 0) event_base_loop(m_loop->base(), EVLOOP_ONCE);
    return std::chrono::duration_cast<milliseconds>(steady_clock::now() - since);
  }

  std::unique_ptr<EventLoop> m_loop = *EventLoop::create();
  Cancel m_cancel;
};

TEST_F(OutcomeServersTest, OneThatSaysNothingCostsLittleAndThenNothing) {
  const tests::LoopbackListener silent("127.0.0.1");
  const auto store = *OutcomeServers::create(*m_loop, {{"127.0.0.1", silent.address().port()}});
  constexpr milliseconds kMuch{500};  // on a busy machine; it is 25 otherwise
  for (int i = 0; i < OutcomeServer::kMostFailures; ++i) EXPECT_LT(ask(*store), kMuch);
  EXPECT_EQ(store->servers().front().state, "paused");
  const std::uint64_t asked = store->servers().front().asked;
  ask(*store);
  EXPECT_EQ(store->servers().front().asked, asked);
}

TEST_F(OutcomeServersTest, OneThatLiesIsLeftOut) {
  const auto store = *OutcomeServers::create(*m_loop, {{"127.0.0.1", 9}});
  for (int i = 0; i < OutcomeServer::kMostLies; ++i) {
    EXPECT_EQ(store->servers().front().state, "up");
    store->refuse(OutcomeKey{1});
  }
  const OutcomeServerState state = store->servers().front();
  EXPECT_EQ(state.state, "paused");
  EXPECT_EQ(state.refused, 3U);
}

TEST_F(OutcomeServersTest, WhoIsCancelledWaitsNoLonger) {
  const tests::LoopbackListener silent("127.0.0.1");
  const auto store = *OutcomeServers::create(*m_loop, {{"127.0.0.1", silent.address().port()}});
  m_cancel.request({ErrorKind::Cancelled, "it left"});
  ask(*store);
  EXPECT_EQ(store->servers().front().state, "up");
}

}  // namespace
}  // namespace tlscore::judge
