// Until it is whole.
#include "proxy/client_hello_reader.h"

#include <array>
#include <utility>

#include "proxy/services.h"

namespace proxy {

using namespace tlscore;

Task<Result<ClientHello>> read_client_hello(InputBuffer& input, Cancel& cancel) {
  for (;;) {
    auto hello = parse_client_hello(input.view());
    if (!hello) co_return fail(hello.error());
    if (*hello) co_return std::move(**hello);
    auto more = co_await input.more(cancel, kNoLimit);
    if (!more) co_return fail(more.error());
    if (!*more) co_return fail(ErrorKind::Closed, "it closed before its ClientHello was whole");
  }
}

Task<void> send_plain_alert(Stream& stream, PlainAlert alert, Cancel& cancel) {
  const std::array<std::uint8_t, 7> record = {0x15, 0x03, 0x03, 0x00, 0x02, 0x02, std::to_underlying(alert)};
  auto written = co_await stream.write(record, cancel, Limits::kRequestHeader);
  if (written) static_cast<void>(co_await stream.finish_writing(cancel, Limits::kRequestHeader));
}

}  // namespace proxy
