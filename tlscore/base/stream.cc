// Reading and writing by waiting.
#include "tlscore/base/stream.h"

namespace tlscore {

void Stream::on_ready(std::move_only_function<void(bool, bool)> /*listener*/) {}

Task<Result<std::size_t>> Stream::read(std::span<std::uint8_t> buffer, Cancel& cancel, TimeLimit limit) {
  for (;;) {
    if (cancel.requested()) co_return fail(cancel.reason());
    auto taken = try_read(buffer);
    if (!taken) co_return fail(taken.error());
    if (taken->has_value()) co_return **taken;
    auto ready = co_await readable(cancel, limit);
    if (!ready) co_return fail(ready.error());
  }
}

Task<Result<void>> Stream::write(ByteView bytes, Cancel& cancel, TimeLimit limit) {
  while (!bytes.empty()) {
    if (cancel.requested()) co_return fail(cancel.reason());
    auto taken = try_write(bytes);
    if (!taken) co_return fail(taken.error());
    bytes = bytes.subspan(*taken);
    if (*taken > 0) continue;
    auto ready = co_await writable(cancel, limit);
    if (!ready) co_return fail(ready.error());
  }
  co_return Result<void>();
}

}  // namespace tlscore
