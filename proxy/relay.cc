// Two pumps, and a common end.
#include "proxy/relay.h"

#include <array>
#include <memory>
#include <optional>

namespace proxy {
namespace {

using namespace tlscore;

constexpr std::size_t kBufferBytes = 16384;  // one TLS record's plaintext (RFC 8446, section 5.1)
constexpr std::size_t kTurnBytes = 4 * kBufferBytes;
using Buffer = std::array<std::uint8_t, kBufferBytes>;

struct Direction {
  Stream& from;
  Stream& to;
  std::uint64_t& count;
};

/// What was read at once, and what the stream said instead of more; nothing where the buffer is full.
struct Gathered {
  std::size_t size = 0;
  std::optional<Result<std::optional<std::size_t>>> instead;

  [[nodiscard]] bool drained() const { return instead && *instead && !(*instead)->has_value(); }
};

/// All that is there, up to the buffer's size: what came as many small records leaves as one.
Gathered gather(Stream& from, Buffer& buffer) {
  Gathered all;
  while (all.size < buffer.size()) {
    auto taken = from.try_read(std::span(buffer).subspan(all.size));
    if (!taken || taken->value_or(0) == 0) {
      all.instead = std::move(taken);
      break;
    }
    all.size += **taken;
  }
  return all;
}

/// One direction, to its end. A buffer is held only while there is something to carry.
Task<Result<void>> pump(EventLoop& loop, Direction direction, Cancel& cancel) {
  std::size_t in_this_turn = 0;
  for (;;) {
    if (cancel.requested()) co_return fail(cancel.reason());
    auto buffer = std::make_unique_for_overwrite<Buffer>();
    const Gathered gathered = gather(direction.from, *buffer);
    if (gathered.size > 0) {
      auto written = co_await direction.to.write(ByteView(*buffer).first(gathered.size), cancel, kNoLimit);
      if (!written) co_return fail(written.error());
      direction.count += gathered.size;
      in_this_turn += gathered.size;
    }
    buffer.reset();
    if (gathered.drained()) {
      in_this_turn = 0;
      auto ready = co_await direction.from.readable(cancel, kNoLimit);
      if (!ready) co_return fail(ready.error());
    } else if (gathered.instead) {
      if (!*gathered.instead) co_return fail(gathered.instead->error());
      co_return co_await direction.to.finish_writing(cancel, kNoLimit);
    } else if (in_this_turn >= kTurnBytes) {
      // A fast pair must not keep the loop for itself.
      in_this_turn = 0;
      co_await yield(loop);
    }
  }
}

/// A pump that tells how it ended, and on failure ends the other one.
Task<void> pump_and_tell(EventLoop& loop, Direction direction, Cancel& both, Promise<void> done) {
  auto result = co_await pump(loop, direction, both);
  if (!result) both.request(result.error());
  done.settle(std::move(result));
}

}  // namespace

Task<Result<void>> relay(EventLoop& loop, Stream& client, Stream& party, RelayCounts& counts,
                         Cancel& cancel) {
  Cancel both;
  const auto outer = cancel.on_request([&both](const Error& why) { both.request(why); });
  if (cancel.requested()) both.request(cancel.reason());
  const Promise<void> up(loop);
  const Promise<void> down(loop);
  spawn(loop, pump_and_tell(loop, Direction{client, party, counts.to_party}, both, up));
  spawn(loop, pump_and_tell(loop, Direction{party, client, counts.to_client}, both, down));
  // The pumps end by themselves when `both` is requested; these waits must not end before them.
  Cancel never;
  auto up_result = co_await up.wait(never);
  auto down_result = co_await down.wait(never);
  if (!both.requested()) co_return Result<void>();
  client.close(true);
  party.close(true);
  co_return fail(both.reason());
}

}  // namespace proxy
