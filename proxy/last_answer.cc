// Writes, ends, and listens a little longer.
#include "proxy/last_answer.h"

#include "proxy/services.h"

namespace proxy {

using namespace tlscore;

Task<Result<void>> write_last_answer(Stream& client, Bytes octets, Cancel& cancel) {
  constexpr std::chrono::seconds kToTakeWhy{2};
  const bool tells_why = cancel.requested();
  const TimeLimit limit = tells_why ? TimeLimit(kToTakeWhy) : TimeLimit(Limits::kRequestHeader);
  Cancel never;
  Cancel& until = tells_why ? never : cancel;
  auto written = co_await client.write(octets, until, limit);
  if (!written) co_return fail(written.error());
  co_return co_await client.finish_writing(until, limit);
}

Task<void> send_last_answer(InputBuffer& client, std::string text, Cancel& cancel) {
  constexpr std::chrono::milliseconds kPause{500};
  constexpr std::chrono::seconds kInAll{5};
  auto finished = co_await write_last_answer(client.stream(), to_bytes(text), cancel);
  const auto end = std::chrono::steady_clock::now() + kInAll;
  Cancel never;
  Cancel& until = cancel.requested() ? never : cancel;
  while (finished && std::chrono::steady_clock::now() < end) {
    client.drop(client.view().size());
    auto more = co_await client.more(until, kPause);
    if (!more || !*more) co_return;
  }
}

}  // namespace proxy
