// A request upstream, a response downstream, and both at once.
#include "proxy/http_exchange.h"

#include "proxy/client_watch.h"
#include "proxy/http_serialize.h"
#include "proxy/party_link.h"
#include "proxy/relay.h"

namespace proxy {

using namespace tlscore;

namespace {

/// Octets that are taken from a buffer in one step: what a step makes of them is bounded by it.
constexpr std::size_t kStepBytes = 16384;

ByteView step_of(const InputBuffer& input) {
  return input.view().first(std::min(kStepBytes, input.view().size()));
}

/// Everything one exchange works with. It lives in the frame of exchange(), whose parts refer to it.
struct Exchange {
  Services& services;
  const Destination& destination;
  HttpRequestParser& parser;
  const HttpRequest& request;
  InputBuffer& client;
  std::unique_ptr<KeptLink>& kept;
  LiveConnection& live;
  ExchangeEnd end;

  [[nodiscard]] bool has_body() const { return !parser.message_done(); }
};

Task<Result<void>> open_link(Exchange& x) {
  auto socket = co_await dial_destination(x.services, x.destination, x.live);
  if (!socket) co_return fail(socket.error());
  std::unique_ptr<Stream> stream;
  if (x.destination.party == nullptr) {
    stream = std::move(*socket);
  } else {
    auto secure = co_await secure_link(x.services, x.destination, std::move(*socket), x.live);
    if (!secure) co_return fail(secure.error());
    stream = std::move(*secure);
  }
  x.kept = std::make_unique<KeptLink>(x.destination, std::move(stream), x.live);
  co_return Result<void>();
}

/// A link to the destination: the kept one, or a new one.
Task<Result<void>> have_link(Exchange& x) {
  if (x.kept && x.kept->leads_to(x.destination)) co_return Result<void>();
  x.kept.reset();
  auto opening = open_link(x);
  co_return co_await while_client_stays(x.services.loop, x.client, x.live, std::move(opening));
}

Task<Result<void>> send_header(Exchange& x) {
  const Bytes header = to_bytes(write_request(x.request, true));
  auto written = co_await x.kept->stream().write(header, x.live.cancel, Limits::kBodyWait);
  if (written) x.live.counts.to_party += header.size();
  co_return written;
}

/// The request's body, from the client to the party, in the framing that the header announced.
Task<Result<void>> send_body(Exchange& x, Cancel& cancel) {
  Bytes piece;
  x.parser.resume_body([&](ByteView octets) { write_body_piece(x.request.framing, octets, piece); });
  for (;;) {
    auto used = x.parser.consume(step_of(x.client));
    if (!used) co_return fail(used.error());
    x.client.drop(*used);
    const bool done = x.parser.message_done();
    if (done) write_body_end(x.request.framing, piece);
    auto written = co_await x.kept->stream().write(piece, cancel, Limits::kBodyWait);
    if (!written) co_return fail(written.error());
    x.live.counts.to_party += piece.size();
    piece.clear();
    if (done) co_return Result<void>();
    if (*used > 0 && !x.client.view().empty()) continue;
    auto more = co_await x.client.more(cancel, Limits::kBodyWait);
    if (!more) co_return fail(more.error());
    if (!*more) co_return fail(ErrorKind::Closed, "the client closed in the middle of its request");
  }
}

/// The client's side of an exchange, until `cancel`. `body_sent` tells how its body ended, `ended` that
/// nothing reads any more.
Task<void> run_client_side(Exchange& x, Cancel& cancel, Promise<void> body_sent, Promise<void> ended) {
  Result<void> sent;
  if (x.has_body()) sent = co_await send_body(x, cancel);
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
Task<Result<void>> read_header(Exchange& x, HttpResponseParser& parser) {
  for (;;) {
    auto used = parser.consume(x.kept->input().view());
    if (!used) co_return fail("the party's answer", used.error());
    x.kept->input().drop(*used);
    if (parser.header_done()) co_return Result<void>();
    auto more = co_await x.kept->input().more(x.live.cancel, Limits::kBodyWait);
    if (!more) co_return fail(more.error());
    if (!*more) co_return fail(ErrorKind::Closed, "the party closed without an answer");
  }
}

/// The final response's header; interim ones are passed on meanwhile.
Task<Result<HttpResponseParser>> read_response(Exchange& x, const HttpClientSide& side) {
  const HttpResponseContext context{
      .head = x.request.method == "HEAD", .connect = false, .upgrade = !x.request.upgrade.empty()};
  for (;;) {
    HttpResponseParser parser(context);
    auto header = co_await read_header(x, parser);
    if (!header) co_return fail(header.error());
    if (!parser.message().is_interim()) co_return parser;
    if (side.minor_version == 0) continue;
    const Bytes interim = to_bytes(write_response(parser.message(), side).text);
    x.end.answered = true;
    auto written = co_await x.client.stream().write(interim, x.live.cancel, Limits::kBodyWait);
    if (!written) co_return fail(written.error());
  }
}

/// The response's header and body to the client.
Task<Result<void>> pass_response(Exchange& x, HttpResponseParser& parser, const HttpResponseHead& head) {
  Bytes piece = to_bytes(head.text);
  x.end.answered = true;
  parser.resume_body([&](ByteView octets) { write_body_piece(head.framing, octets, piece); });
  for (;;) {
    auto used = parser.consume(step_of(x.kept->input()));
    if (!used) co_return fail("the party's answer", used.error());
    x.kept->input().drop(*used);
    if (parser.message_done()) write_body_end(head.framing, piece);
    auto written = co_await x.client.stream().write(piece, x.live.cancel, Limits::kBodyWait);
    if (!written) co_return fail(written.error());
    x.live.counts.to_client += piece.size();
    piece.clear();
    if (parser.message_done()) co_return Result<void>();
    if (*used > 0 && !x.kept->input().view().empty()) continue;
    // Without a limit: server-sent events and long polls are silent for as long as they like.
    auto more = co_await x.kept->input().more(x.live.cancel, kNoLimit);
    if (!more) co_return fail(more.error());
    if (*more) continue;
    auto ended = parser.end_of_input();
    if (!ended) co_return fail("the party's answer", ended.error());
  }
}

/// After a 101 the octets are no HTTP any more.
Task<Result<void>> run_upgraded(Exchange& x) {
  x.live.phase = "relaying";
  const Bytes behind(x.kept->input().view().begin(), x.kept->input().view().end());
  const Bytes ahead(x.client.view().begin(), x.client.view().end());
  x.client.drop(ahead.size());
  auto written = co_await x.client.stream().write(behind, x.live.cancel, Limits::kBodyWait);
  if (written) written = co_await x.kept->stream().write(ahead, x.live.cancel, Limits::kBodyWait);
  if (!written) co_return fail(written.error());
  co_return co_await relay(x.services.loop, x.client.stream(), x.kept->stream(), x.live.counts,
                           x.live.cancel);
}

/// From the header on its way to the response's end. `body_sent` tells how the request's body ended.
Task<Result<void>> answer_client(Exchange& x, const Promise<void>& body_sent) {
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
  x.end.keep_client = head.keep_alive;
  x.kept->used = true;
  if (!response.keep_alive || !body_sent.settled()) x.kept.reset();
  co_return Result<void>();
}

/// One try on the link that there is.
Task<Result<void>> run_once(Exchange& x) {
  auto sent = co_await send_header(x);
  if (!sent) co_return fail(sent.error());
  const Promise<void> body_sent(x.services.loop);
  const Promise<void> client_side_ended(x.services.loop);
  Cancel client_side;  // ends with the response
  const auto outer = x.live.cancel.on_request([&client_side](const Error& why) { client_side.request(why); });
  spawn(x.services.loop, run_client_side(x, client_side, body_sent, client_side_ended));
  auto answered = co_await answer_client(x, body_sent);
  // The client's side refers to this frame: it has to end first.
  client_side.request({ErrorKind::Cancelled, "the response is complete"});
  Cancel never;
  static_cast<void>(co_await client_side_ended.wait(never));
  auto body = co_await body_sent.wait(never);
  if (!answered && !body && body.error().kind == ErrorKind::Malformed) co_return fail(body.error());
  co_return answered;
}

}  // namespace

KeptLink::KeptLink(Destination destination, std::unique_ptr<Stream> stream, LiveConnection& live)
    : m_destination(std::move(destination)),
      m_stream(std::move(stream)),
      m_closes(live, *m_stream),
      m_input(*m_stream) {}

bool KeptLink::leads_to(const Destination& destination) const {
  return m_destination.settings == destination.settings && m_destination.party == destination.party &&
         m_destination.host == destination.host && m_destination.port == destination.port;
}

Task<ExchangeEnd> exchange(Services& services, const Destination& destination, HttpRequestParser& parser,
                           InputBuffer& client, std::unique_ptr<KeptLink>& kept, LiveConnection& live) {
  Exchange x{.services = services,
             .destination = destination,
             .parser = parser,
             .request = parser.message(),
             .client = client,
             .kept = kept,
             .live = live,
             .end = {}};
  const bool may_try_again = kept && kept->used && !x.has_body();
  auto done = co_await have_link(x);
  if (done) {
    live.phase = "exchanging";
    done = co_await run_once(x);
    // A kept connection that the party closed meanwhile says nothing about this request (RFC 9112,
    // section 9.3.1).
    if (!done && may_try_again && !x.end.answered && done.error().kind == ErrorKind::Closed &&
        !x.live.cancel.requested()) {
      kept.reset();
      done = co_await have_link(x);
      if (done) done = co_await run_once(x);
    }
  }
  if (!done) {
    x.end.error = done.error();
    x.end.keep_client = false;
    kept.reset();
  }
  co_return x.end;
}

}  // namespace proxy
