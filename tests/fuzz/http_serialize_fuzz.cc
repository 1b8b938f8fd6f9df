// Whatever parses is written as something that parses to the same: no header can smuggle a second message.
#include "proxy/http_parser.h"
#include "proxy/http_serialize.h"
#include "tests/fuzz/require.h"

namespace {

// What is written may be longer than what was read: Host and Connection are added.
constexpr proxy::HttpLimits kRoomy{.header_bytes = 1UL << 20U, .header_fields = 1000};

void check_request(tlscore::ByteView input) {
  proxy::HttpRequestParser first;
  if (!first.consume(input) || !first.header_done()) return;
  const proxy::HttpRequest& read = first.message();
  if (read.target.form == proxy::HttpTargetForm::Authority) return;  // a CONNECT is not passed on
  if (read.target.form != proxy::HttpTargetForm::Absolute && !read.host) return;  // nor a page of ours
  const std::string text = proxy::write_request(read, true);
  proxy::HttpRequestParser second(kRoomy);
  const auto taken = second.consume(tlscore::as_bytes(text));
  fuzz::require(taken && *taken == text.size() && second.header_done());
  const proxy::HttpRequest& again = second.message();
  fuzz::require(again.method == read.method && again.target.path == read.target.path);
  fuzz::require(again.framing == read.framing && again.upgrade == read.upgrade && again.keep_alive);
  const bool is_absolute = read.target.form == proxy::HttpTargetForm::Absolute;
  fuzz::require(again.host && again.host->host == (is_absolute ? read.target.authority : *read.host).host);
}

void check_response(tlscore::ByteView input, const proxy::HttpClientSide& client) {
  const proxy::HttpResponseContext context{.head = client.head, .connect = false, .upgrade = true};
  proxy::HttpResponseParser first(context);
  if (!first.consume(input) || !first.header_done()) return;
  const proxy::HttpResponseHead head = proxy::write_response(first.message(), client);
  proxy::HttpResponseParser second(context, kRoomy);
  const auto taken = second.consume(tlscore::as_bytes(head.text));
  fuzz::require(taken && *taken == head.text.size() && second.header_done());
  const proxy::HttpResponse& again = second.message();
  fuzz::require(again.status == first.message().status && again.reason == first.message().reason);
  fuzz::require(again.framing == head.framing && again.upgrade == first.message().upgrade);
  const bool has_connection_end = !again.is_interim() && again.status != 101;
  if (has_connection_end && !head.keep_alive) fuzz::require(!again.keep_alive);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const tlscore::ByteView input(data + 1, size - 1);
  check_request(input);
  check_response(input, {.minor_version = static_cast<int>(data[0] & 1U),
                         .keep_alive = (data[0] & 2U) != 0,
                         .head = (data[0] & 4U) != 0});
  return 0;
}
