// A request upstream, a response downstream, and both at once.
#include "proxy/http_transfer.h"

#include "proxy/client_watch.h"
#include "proxy/http_serialize.h"
#include "proxy/relay.h"
#include "proxy/services.h"

namespace proxy {

using namespace tlscore;

namespace {

/// Octets that are taken from a buffer in one step: what a step makes of them is bounded by it.
constexpr std::size_t kStepBytes = 16384;

ByteView step_of(const InputBuffer& input) {
  return input.view().first(std::min(kStepBytes, input.view().size()));
}

std::string answer_of(const HttpTransfer& x) {
  return std::string(x.server_name) + "'s answer";
}

Task<Result<void>> send_header(HttpTransfer& x) {
  const Bytes header = to_bytes(write_request(x.request, true));
  auto written = co_await x.server.stream().write(header, x.live.cancel, Limits::kBodyWait);
  if (written) x.live.counts.to_party += header.size();
  co_return written;
}

/// A request that breaks off, or is none, gets no response from a server that waits for the rest of it.
std::unexpected<Error> give_up(HttpTransfer& x, const Error& why) {
  x.bad_request = why.kind == ErrorKind::Malformed || why.kind == ErrorKind::TooLarge;
  x.answering.request(why);
  return fail(why);
}

/// The request's body, from the client to the server, in the framing that the header announced.
Task<Result<void>> send_body(HttpTransfer& x, Cancel& cancel) {
  Bytes piece;
  x.parser.resume_body([&](ByteView octets) { write_body_piece(x.request.framing, octets, piece); });
  for (;;) {
    auto used = x.parser.consume(step_of(x.client));
    if (!used) co_return give_up(x, used.error());
    x.client.drop(*used);
    const bool done = x.parser.message_done();
    if (done) write_body_end(x.request.framing, piece);
    auto written = co_await x.server.stream().write(piece, cancel, Limits::kBodyWait);
    if (!written) co_return fail(written.error());
    x.live.counts.to_party += piece.size();
    piece.clear();
    if (done) co_return Result<void>();
    if (*used > 0 && !x.client.view().empty()) continue;
    auto more = co_await x.client.more(cancel, Limits::kBodyWait);
    if (!more) co_return give_up(x, more.error());
    if (!*more) co_return give_up(x, {ErrorKind::Closed, "the client closed in the middle of its request"});
  }
}

/// The client's side of an exchange, until `cancel`. `body_sent` tells how its body ended, `ended` that
/// nothing reads any more.
Task<void> run_client_side(HttpTransfer& x, Cancel& cancel, Promise<void> body_sent, Promise<void> ended) {
  Result<void> sent;
  if (!x.parser.message_done()) sent = co_await send_body(x, cancel);
  const bool all_sent = sent.has_value();
  body_sent.settle(std::move(sent));
  // After an upgrade the client's end is the relay's.
  if (!all_sent || !x.request.upgrade.empty()) {
    ended.settle({});
  } else {
    co_await watch_client(x.client, x.live, cancel, ended);
  }
}

/// Reads a response's header.
Task<Result<void>> read_header(HttpTransfer& x, HttpResponseParser& parser) {
  for (;;) {
    auto used = parser.consume(x.server.view());
    if (!used) co_return fail(answer_of(x), used.error());
    x.server.drop(*used);
    if (parser.header_done()) co_return Result<void>();
    auto more = co_await x.server.more(x.answering, Limits::kBodyWait);
    if (!more) co_return fail(more.error());
    if (!*more) co_return fail(ErrorKind::Closed, std::string(x.server_name) + " closed without an answer");
  }
}

/// The final response's header; interim ones are passed on meanwhile.
Task<Result<HttpResponseParser>> read_response(HttpTransfer& x, const HttpClientSide& side) {
  const HttpResponseContext context{
      .head = x.request.method == "HEAD", .connect = false, .upgrade = !x.request.upgrade.empty()};
  for (;;) {
    HttpResponseParser parser(context);
    auto header = co_await read_header(x, parser);
    if (!header) co_return fail(header.error());
    if (!parser.message().is_interim()) co_return parser;
    if (side.minor_version == 0) continue;
    const Bytes interim = to_bytes(write_response(parser.message(), side).text);
    x.answered = true;
    auto written = co_await x.client.stream().write(interim, x.answering, Limits::kBodyWait);
    if (!written) co_return fail(written.error());
  }
}

/// The response's header and body to the client.
Task<Result<void>> pass_response(HttpTransfer& x, HttpResponseParser& parser, const HttpResponseHead& head) {
  Bytes piece = to_bytes(head.text);
  x.answered = true;
  parser.resume_body([&](ByteView octets) { write_body_piece(head.framing, octets, piece); });
  for (;;) {
    auto used = parser.consume(step_of(x.server));
    if (!used) co_return fail(answer_of(x), used.error());
    x.server.drop(*used);
    if (parser.message_done()) write_body_end(head.framing, piece);
    auto written = co_await x.client.stream().write(piece, x.answering, Limits::kBodyWait);
    if (!written) co_return fail(written.error());
    x.live.counts.to_client += piece.size();
    piece.clear();
    if (parser.message_done()) co_return Result<void>();
    if (*used > 0 && !x.server.view().empty()) continue;
    // Without a limit: server-sent events and long polls are silent for as long as they like.
    auto more = co_await x.server.more(x.answering, kNoLimit);
    if (!more) co_return fail(more.error());
    if (*more) continue;
    auto ended = parser.end_of_input();
    if (!ended) co_return fail(answer_of(x), ended.error());
  }
}

/// After a 101 the octets are no HTTP any more.
Task<Result<void>> run_upgraded(HttpTransfer& x) {
  x.live.phase = "relaying";
  const Bytes behind(x.server.view().begin(), x.server.view().end());
  const Bytes ahead(x.client.view().begin(), x.client.view().end());
  x.client.drop(ahead.size());
  auto written = co_await x.client.stream().write(behind, x.live.cancel, Limits::kBodyWait);
  if (written) written = co_await x.server.stream().write(ahead, x.live.cancel, Limits::kBodyWait);
  if (!written) co_return fail(written.error());
  co_return co_await relay(x.loop, x.client.stream(), x.server.stream(), x.live.counts, x.live.cancel);
}

/// From the header on its way to the response's end. `body_sent` tells how the request's body ended.
Task<Result<void>> answer_client(HttpTransfer& x, const Promise<void>& body_sent) {
  const HttpClientSide side = client_side(x.request);
  auto parser = co_await read_response(x, side);
  if (!parser) co_return fail(parser.error());
  const HttpResponse response = parser->message();
  HttpClientSide told = side;
  // Who answered before it read the whole request leaves the connections in doubt.
  if (!body_sent.settled()) told.keep_alive = false;
  const HttpResponseHead head = write_response(response, told);
  auto passed = co_await pass_response(x, *parser, head);
  if (!passed) co_return fail(passed.error());
  if (response.status == 101) co_return co_await run_upgraded(x);
  x.keep_client = head.keep_alive;
  x.keep_server = response.keep_alive && body_sent.settled();
  co_return Result<void>();
}

}  // namespace

Task<Result<void>> transfer(HttpTransfer& x) {
  auto sent = co_await send_header(x);
  if (!sent) co_return fail(sent.error());
  const Promise<void> body_sent(x.loop);
  const Promise<void> client_side_ended(x.loop);
  Cancel client_side;  // ends with the response
  const auto outer = x.live.cancel.on_request([&](const Error& why) {
    client_side.request(why);
    x.answering.request(why);
  });
  if (x.live.cancel.requested()) x.answering.request(x.live.cancel.reason());
  spawn(x.loop, run_client_side(x, client_side, body_sent, client_side_ended));
  auto answered = co_await answer_client(x, body_sent);
  // The client's side refers to this frame: it has to end first.
  client_side.request({ErrorKind::Cancelled, "the response is complete"});
  Cancel never;
  static_cast<void>(co_await client_side_ended.wait(never));
  auto body = co_await body_sent.wait(never);
  if (!answered && !body && x.bad_request) co_return fail(body.error());
  co_return answered;
}

}  // namespace proxy
