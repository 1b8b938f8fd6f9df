// Responses from a party, of whatever request: read in pieces as in one, to the end.
#include <algorithm>

#include "proxy/http_parser.h"
#include "tests/fuzz/require.h"

namespace {

std::string read(tlscore::ByteView input, std::size_t step, proxy::HttpResponseContext context) {
  proxy::HttpResponseParser parser(context);
  std::string reading;
  std::size_t offset = 0;
  bool resumed = false;
  while (offset < input.size() && !parser.message_done()) {
    const auto taken = parser.consume(input.subspan(offset, std::min(step, input.size() - offset)));
    if (!taken) return "refused";
    offset += *taken;
    if (!parser.header_done() || resumed) continue;
    resumed = true;
    reading = std::to_string(parser.message().status) + " " + parser.message().reason;
    parser.resume_body([&](tlscore::ByteView piece) { reading += tlscore::as_text(piece); });
  }
  const bool ends = parser.end_of_input().has_value();
  fuzz::require(ends == parser.message_done());
  return reading + (ends ? "+" : "-") + std::to_string(offset);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const tlscore::ByteView input(data + 1, size - 1);
  const proxy::HttpResponseContext context{
      .head = (data[0] & 1U) != 0, .connect = (data[0] & 2U) != 0, .upgrade = (data[0] & 4U) != 0};
  fuzz::require(read(input, input.size(), context) == read(input, (data[0] >> 3U) + 1U, context));
  return 0;
}
