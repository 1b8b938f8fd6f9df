// Requests in a row.
#include "proxy/http_front.h"

#include "proxy/client_watch.h"
#include "proxy/http_exchange.h"
#include "proxy/http_parser.h"
#include "proxy/last_answer.h"
#include "proxy/own_pages.h"
#include "proxy/problem_for.h"
#include "proxy/proxy_authorization.h"
#include "proxy/tunnel.h"

namespace proxy {

using namespace tlscore;

namespace {

/// What one request leaves behind.
struct Turn {
  bool keep = false;
  std::optional<Error> error;  ///< For the log, answered already.
};

/// Reads a request's header; nothing when the client has ended, or idled, between two requests.
Task<Result<bool>> read_header(InputBuffer& client, HttpRequestParser& parser, LiveConnection& live) {
  for (;;) {
    auto used = parser.consume(client.view());
    if (!used) co_return fail(used.error());
    client.drop(*used);
    if (parser.header_done()) co_return true;
    const TimeLimit limit = parser.begun() ? Limits::kRequestHeader : Limits::kIdleClient;
    auto more = co_await client.more(live.cancel, limit);
    if (!more && !parser.begun()) co_return false;
    if (!more) co_return fail(more.error());
    if (!*more && !parser.begun()) co_return false;
    if (!*more) co_return fail(ErrorKind::Closed, "the client closed in the middle of a request");
  }
}

/// Answers with a page that says what happened.
Task<Turn> refuse(InputBuffer& client, const HttpRequest& request, Problem problem, Error error,
                  Cancel& cancel) {
  HttpClientSide side = client_side(request);
  side.keep_alive = false;
  std::string page = write_problem(problem, wanted_format(request.headers), side);
  co_await send_last_answer(client, std::move(page), cancel);
  co_return Turn{.keep = false, .error = std::move(error)};
}

/// The same for what went wrong on the way to the party.
Task<Turn> refuse(Services& services, InputBuffer& client, const HttpRequest& request, Error error,
                  Cancel& cancel) {
  Problem problem = problem_for(services, request.target.authority, error);
  co_return co_await refuse(client, request, std::move(problem), std::move(error), cancel);
}

/// The destination of a request, or the answer that it is none.
Task<std::optional<Destination>> allowed_destination(Services& services, InputBuffer& client,
                                                     const HttpRequest& request, Turn& turn, Cancel& cancel) {
  auto destination = find_destination(services, request.target.authority, proxy_authorization(request));
  if (destination) co_return std::move(*destination);
  Problem problem = not_a_party(request.target.authority);
  turn = co_await refuse(client, request, std::move(problem), destination.error(), cancel);
  co_return std::nullopt;
}

Task<Turn> serve_connect(Services& services, InputBuffer& client, const HttpRequest& request,
                         LiveConnection& live) {
  live.asked_by = "CONNECT";
  Turn turn;
  auto destination = co_await allowed_destination(services, client, request, turn, live.cancel);
  if (!destination) co_return turn;
  const bool tells_later = tells_within_tls(*destination, request.headers);
  auto preparing = prepare_link(services, *destination, tells_later, live);
  auto link = co_await while_client_stays(services.loop, client, live, std::move(preparing));
  if (!link) co_return co_await refuse(services, client, request, link.error(), live.cancel);
  const Bytes success = to_bytes("HTTP/1.1 200 Connection established\r\n\r\n");
  auto done = co_await client.stream().write(success, live.cancel, Limits::kRequestHeader);
  if (done) done = co_await run_tunnel(services, *destination, client, std::move(*link), live);
  if (!done) turn.error = done.error();
  co_return turn;
}

Task<Turn> serve_absolute(Services& services, InputBuffer& client, HttpRequestParser& parser,
                          std::unique_ptr<KeptLink>& kept, LiveConnection& live) {
  const HttpRequest& request = parser.message();
  live.asked_by = "HTTP";
  Turn turn;
  auto destination = co_await allowed_destination(services, client, request, turn, live.cancel);
  if (!destination) co_return turn;
  if (destination->party != nullptr && destination->mode() == LocalMode::Tunnel) {
    Error error{ErrorKind::Refused, "this party is set to \"tunnel\", which http:// cannot use"};
    Problem problem = tunnelled_only(request.target.authority);
    co_return co_await refuse(client, request, std::move(problem), std::move(error), live.cancel);
  }
  const ExchangeEnd end = co_await exchange(services, *destination, parser, client, kept, live);
  if (end.bad_request && !end.answered) {
    Problem problem = bad_request(*end.error);
    co_return co_await refuse(client, request, std::move(problem), *end.error, live.cancel);
  }
  if (end.error && !end.answered)
    co_return co_await refuse(services, client, request, *end.error, live.cancel);
  // A part of a response is no response: the client has to see that.
  if (end.error) client.stream().close(true);
  co_return Turn{.keep = end.keep_client, .error = end.error};
}

Task<Turn> serve_one(Services& services, InputBuffer& client, HttpRequestParser& parser,
                     std::unique_ptr<KeptLink>& kept, LiveConnection& live) {
  const HttpRequest& request = parser.message();
  switch (request.target.form) {
    case HttpTargetForm::Authority:
      live.party = to_string(request.target.authority);
      co_return co_await serve_connect(services, client, request, live);
    case HttpTargetForm::Absolute:
      live.party = to_string(request.target.authority);
      co_return co_await serve_absolute(services, client, parser, kept, live);
    default: co_await serve_own_page(services, client, parser, live); co_return Turn{};
  }
}

}  // namespace

Task<Result<void>> serve_http(Services& services, InputBuffer& client, LiveConnection& live) {
  live.asked_by = "HTTP";
  std::unique_ptr<KeptLink> kept;
  for (;;) {
    live.phase = "reading the request";
    HttpRequestParser parser({.header_bytes = Limits::kHeaderBytes});
    auto read = co_await read_header(client, parser, live);
    if (!read) {
      const HttpClientSide side{.minor_version = 1, .keep_alive = false, .head = false};
      std::string page = write_problem(bad_request(read.error()), PageFormat::Text, side);
      co_await send_last_answer(client, std::move(page), live.cancel);
      co_return fail(read.error());
    }
    if (!*read) co_return Result<void>();
    const Turn turn = co_await serve_one(services, client, parser, kept, live);
    if (turn.error) co_return fail(*turn.error);
    if (!turn.keep) co_return Result<void>();
    // Between two requests the connection is nobody's; a kept link is still its party's.
    live.bound_to_token = kept != nullptr;
    if (!kept) live.token = nullptr;
    live.phase = "between two requests";
  }
}

}  // namespace proxy
