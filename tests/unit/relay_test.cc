// What a relay carries, and how it ends.
#include "proxy/relay.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <vector>

#include "proxy/armed_token.h"
#include "proxy/live_connections.h"
#include "tlscore/base/socket.h"

namespace proxy {
namespace {

using namespace tlscore;

/// client_far <-> client (the relay's) ... party (the relay's) <-> party_far
class RelayTest : public testing::Test {
 protected:
  void SetUp() override {
    std::tie(client_far, client) = pair();
    std::tie(party_far, party) = pair();
    spawn(*loop, run());
  }

  std::pair<std::unique_ptr<Socket>, std::unique_ptr<Socket>> pair() {
    auto fds = make_socket_pair();
    return {*Socket::adopt(*loop, std::move(fds->first)), *Socket::adopt(*loop, std::move(fds->second))};
  }

  Task<void> run() { result = co_await relay(*loop, *client, *party, counts, cancel); }

  /// Runs the loop until `done` says so, or nothing is left to run.
  template <class Done>
  void until(Done done) {
    const auto limit = loop->after(std::chrono::seconds(10), [this] { timed_out = true; });
    while (!timed_out && !done()) event_base_loop(loop->base(), EVLOOP_ONCE);
    EXPECT_FALSE(timed_out);
  }

  Task<void> send(Stream& stream, Bytes bytes) {
    auto sent = co_await stream.write(bytes, cancel_far, kNoLimit);
    if (sent) sent = co_await stream.finish_writing(cancel_far, kNoLimit);
  }

  Task<void> receive(Stream& stream, Bytes& into, std::optional<Error>& error, bool& ended) {
    Bytes buffer(70'000);
    for (;;) {
      auto count = co_await stream.read(buffer, cancel_far, kNoLimit);
      if (!count) error = count.error();
      if (!count || *count == 0) break;
      into.insert(into.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(*count));
    }
    ended = true;
  }

  std::unique_ptr<EventLoop> loop = *EventLoop::create();
  std::unique_ptr<Socket> client_far;
  std::unique_ptr<Socket> client;
  std::unique_ptr<Socket> party;
  std::unique_ptr<Socket> party_far;
  RelayCounts counts;
  Cancel cancel;
  Cancel cancel_far;
  std::optional<Result<void>> result;
  bool timed_out = false;
};

TEST_F(RelayTest, CarriesBothDirectionsToTheirEnds) {
  Bytes up(1'000'003);
  std::ranges::generate(up, [n = 0U]() mutable { return static_cast<std::uint8_t>(n++ * 31U >> 2U); });
  const Bytes down(700'001, 0x5a);
  Bytes got_up;
  Bytes got_down;
  std::optional<Error> error;
  bool up_ended = false;
  bool down_ended = false;
  spawn(*loop, send(*client_far, up));
  spawn(*loop, send(*party_far, down));
  spawn(*loop, receive(*party_far, got_up, error, up_ended));
  spawn(*loop, receive(*client_far, got_down, error, down_ended));
  until([&] { return result.has_value(); });
  EXPECT_TRUE(result->has_value());
  until([&] { return up_ended && down_ended; });
  EXPECT_EQ(got_up, up);
  EXPECT_EQ(got_down, down);
  EXPECT_EQ(counts.to_party, up.size());
  EXPECT_EQ(counts.to_client, down.size());
}

TEST_F(RelayTest, PassesOneEndOnAndKeepsTheOtherDirection) {
  Bytes got;
  std::optional<Error> error;
  bool ended = false;
  spawn(*loop, send(*client_far, {}));
  spawn(*loop, receive(*party_far, got, error, ended));
  until([&] { return ended; });
  EXPECT_FALSE(result.has_value()) << "the other direction is still open";
  Bytes got_down;
  bool down_ended = false;
  spawn(*loop, send(*party_far, {7, 8, 9}));
  spawn(*loop, receive(*client_far, got_down, error, down_ended));
  until([&] { return result.has_value() && down_ended; });
  EXPECT_EQ(got_down, (Bytes{7, 8, 9}));
}

TEST_F(RelayTest, ASlowReaderStopsItsWriter) {
  const Bytes much(30'000'000, 1);
  spawn(*loop, send(*client_far, much));
  // Nobody reads at the party's end: what the kernel's buffers and one of ours take, and no more.
  for (int i = 0; i < 2000; ++i) event_base_loop(loop->base(), EVLOOP_NONBLOCK);
  EXPECT_LT(counts.to_party, 2'000'000U);
  cancel_far.request({ErrorKind::Cancelled, "enough"});
  cancel.request({ErrorKind::Cancelled, "enough"});
  until([&] { return result.has_value() && loop->tasks() == 0; });
}

TEST_F(RelayTest, CancellingClosesBothEnds) {
  Bytes got;
  std::optional<Error> error;
  bool ended = false;
  spawn(*loop, receive(*party_far, got, error, ended));
  cancel.request({ErrorKind::TokenRemoved, "the token was pulled out"});
  until([&] { return result.has_value() && ended; });
  EXPECT_EQ(result->error().kind, ErrorKind::TokenRemoved);
}

/// Gives one piece at a time, as TLS gives its records, and then what `end` says; keeps what is written.
class Pieces final : public Stream {
 public:
  Pieces(EventLoop& loop, std::vector<std::size_t> pieces)
      : m_loop(loop), m_pieces(pieces.begin(), pieces.end()) {}

  Result<std::optional<std::size_t>> try_read(std::span<std::uint8_t> buffer) override {
    if (m_pieces.empty()) return end;
    const std::size_t size = std::min(m_pieces.front(), buffer.size());
    std::ranges::fill(buffer.first(size), 7);
    m_pieces.front() -= size;
    if (m_pieces.front() == 0) m_pieces.pop_front();
    return size;
  }
  Result<std::size_t> try_write(ByteView bytes) override {
    written.push_back(bytes.size());
    return bytes.size();
  }
  Task<Result<void>> readable(Cancel& cancel, TimeLimit limit) override { return forever(cancel, limit); }
  Task<Result<void>> writable(Cancel& cancel, TimeLimit limit) override { return forever(cancel, limit); }
  Task<Result<void>> finish_writing(Cancel& /*cancel*/, TimeLimit /*limit*/) override {
    finished = true;
    co_return Result<void>();
  }
  void close(bool reset) override { was_reset = reset; }

  Result<std::optional<std::size_t>> end = std::nullopt;
  std::vector<std::size_t> written;
  bool finished = false;
  bool was_reset = false;

 private:
  Task<Result<void>> forever(Cancel& cancel, TimeLimit limit) {
    const Promise<void> never(m_loop);
    co_return co_await never.wait(cancel, limit);
  }

  EventLoop& m_loop;
  std::deque<std::size_t> m_pieces;
};

/// What reached the client, write by write, of the pieces that a party gave before that end.
struct Carried {
  std::vector<std::size_t> writes;
  bool finished = false;
  bool was_reset = false;
};

Carried carried(std::vector<std::size_t> pieces, Result<std::optional<std::size_t>> end) {
  const auto loop = *EventLoop::create();
  Pieces party(*loop, std::move(pieces));
  party.end = std::move(end);
  Pieces client(*loop, {});
  RelayCounts counts;
  Cancel cancel;
  const auto run = [](Stream& from, Stream& to, EventLoop& on, RelayCounts& octets,
                      Cancel& why) -> Task<void> {
    static_cast<void>(co_await relay(on, from, to, octets, why));
  };
  spawn(*loop, run(client, party, *loop, counts, cancel));
  for (int i = 0; i < 20; ++i) event_base_loop(loop->base(), EVLOOP_NONBLOCK);
  Carried all{.writes = client.written, .finished = client.finished, .was_reset = client.was_reset};
  cancel.request({ErrorKind::Cancelled, "enough"});
  while (loop->tasks() > 0) event_base_loop(loop->base(), EVLOOP_ONCE);
  return all;
}

TEST(Relay, WhatIsThereAlreadyGoesInOnePiece) {
  EXPECT_EQ(carried({100, 10'000, 50}, std::nullopt).writes, std::vector<std::size_t>{10'150});
  EXPECT_EQ(carried({10'000, 10'000}, std::nullopt).writes, (std::vector<std::size_t>{16'384, 3'616}))
      << "and no more at once than one record of TLS holds";
}

TEST(Relay, WhatCameBeforeTheEndIsCarriedFirst) {
  const Carried all = carried({100, 50}, 0);
  EXPECT_EQ(all.writes, std::vector<std::size_t>{150});
  EXPECT_TRUE(all.finished);
}

TEST(Relay, WhatCameBeforeAFailureIsCarriedFirst) {
  const Carried all = carried({100, 50}, fail(ErrorKind::Closed, "broken"));
  EXPECT_EQ(all.writes, std::vector<std::size_t>{150});
  EXPECT_FALSE(all.finished);
  EXPECT_TRUE(all.was_reset);
}

TEST(LiveConnections, AbortClosesTheStreamsWithinTheCall) {
  const auto loop = *EventLoop::create();
  auto fds = make_socket_pair();
  const auto ours = *Socket::adopt(*loop, std::move(fds->first));
  const auto far = *Socket::adopt(*loop, std::move(fds->second));
  LiveConnections all;
  LiveConnection bound;
  LiveConnection unbound;
  const LiveConnections::Membership first(all, bound);
  const LiveConnections::Membership second(all, unbound);
  bound.bound_to_token = true;
  const LiveConnection::ClosesWith closes(bound, *ours);
  const ArmedToken token(*loop, {}, {}, nullptr);
  EXPECT_EQ(all.abort_bound_to(token, false, {ErrorKind::TokenRemoved, "gone"}), 0U)
      << "another is still there";
  EXPECT_EQ(all.abort_bound_to(token, true, {ErrorKind::TokenRemoved, "gone"}), 1U);
  EXPECT_TRUE(bound.cancel.requested());
  EXPECT_FALSE(unbound.cancel.requested());
  const Bytes one{1};
  EXPECT_FALSE(ours->try_write(one).has_value()) << "no loop has run since";
}

TEST(LiveConnections, KeepsTheLastRefusalsOnly) {
  LiveConnections all;
  for (std::size_t i = 0; i < LiveConnections::kKeptRefusals + 5; ++i) all.refused("x", std::to_string(i));
  EXPECT_EQ(all.refusals().size(), LiveConnections::kKeptRefusals);
  EXPECT_EQ(all.refusals().front().reason, "5");
}

}  // namespace
}  // namespace proxy
