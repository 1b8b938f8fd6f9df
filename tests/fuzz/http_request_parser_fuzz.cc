// Requests from a client: the same reading whole as in pieces, of which the first octet says how large they
// are.
#include <algorithm>

#include "proxy/http_parser.h"
#include "tests/fuzz/require.h"

namespace {

struct Reading {
  bool refused = false;
  bool done = false;
  std::string method, path, body;
  std::size_t taken = 0;

  friend bool operator==(const Reading&, const Reading&) = default;
};

Reading read(tlscore::ByteView input, std::size_t step) {
  proxy::HttpRequestParser parser;
  Reading reading;
  bool resumed = false;
  while (reading.taken < input.size() && !parser.message_done()) {
    const auto taken =
        parser.consume(input.subspan(reading.taken, std::min(step, input.size() - reading.taken)));
    if (!taken) {
      reading = Reading();
      reading.refused = true;
      return reading;
    }
    reading.taken += *taken;
    if (!parser.header_done() || resumed) continue;
    resumed = true;
    reading.method = parser.message().method;
    reading.path = parser.message().target.path;
    parser.resume_body([&](tlscore::ByteView piece) { reading.body += tlscore::as_text(piece); });
  }
  reading.done = parser.message_done();
  return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const tlscore::ByteView input(data + 1, size - 1);
  fuzz::require(read(input, input.size()) == read(input, data[0] % 16U + 1U));
  return 0;
}
