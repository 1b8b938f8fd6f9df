// Writes, ends, and listens a little longer.
#include "proxy/last_answer.h"

#include "proxy/services.h"

namespace proxy {

using namespace tlscore;

Task<void> send_last_answer(InputBuffer& client, std::string text, Cancel& cancel) {
  constexpr std::chrono::milliseconds kPause{500};
  constexpr std::chrono::seconds kInAll{5};
  const Bytes octets = to_bytes(text);
  auto written = co_await client.stream().write(octets, cancel, Limits::kRequestHeader);
  if (!written) co_return;
  auto finished = co_await client.stream().finish_writing(cancel, Limits::kRequestHeader);
  const auto end = std::chrono::steady_clock::now() + kInAll;
  while (finished && std::chrono::steady_clock::now() < end) {
    client.drop(client.view().size());
    auto more = co_await client.more(cancel, kPause);
    if (!more || !*more) co_return;
  }
}

}  // namespace proxy
