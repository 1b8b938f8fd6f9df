// Requests in a row, each authorized and forwarded.
#include "proxy/deadline.h"
#include "proxy/gate_backend.h"
#include "proxy/gate_headers.h"
#include "proxy/gate_pages.h"
#include "proxy/gate_session.h"
#include "proxy/http_transfer.h"
#include "proxy/last_answer.h"
#include "proxy/page_problems.h"
#include "proxy/services.h"
#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;

namespace {

/// A connection to the backend, kept for the next request of the same client and for nobody else.
struct BackendLink {
  BackendLink(LiveConnection& live, std::unique_ptr<Socket> its)
      : socket(std::move(its)), closes(live, *socket), input(*socket) {}

  std::unique_ptr<Socket> socket;
  LiveConnection::ClosesWith closes;
  InputBuffer input;
  bool used = false;
};

struct Requests {
  GateSession& session;
  InputBuffer& client;
  std::unique_ptr<BackendLink> backend;
};

/// Reads a request's header: false when the client has ended, or idled, between two requests.
Task<Result<bool>> read_header(Requests& all, HttpRequestParser& parser) {
  if (all.client.view().empty()) {
    auto first = co_await all.client.more(all.session.live.cancel, Limits::kIdleClient);
    if (!first || !*first) co_return false;
  }
  Deadline deadline(all.session.loop, all.session.live.cancel, Limits::kRequestHeader, "its request");
  for (;;) {
    auto used = parser.consume(all.client.view());
    if (!used) co_return fail(used.error());
    all.client.drop(*used);
    if (parser.header_done()) co_return true;
    auto more = co_await all.client.more(deadline.cancel(), kNoLimit);
    if (!more) co_return fail(more.error());
    if (!*more) co_return fail(ErrorKind::Closed, "it closed in the middle of a request");
  }
}

/// The host that the request is for, in the spelling of authority.h; empty: it names none.
std::string host_of(const HttpRequest& request) {
  if (request.target.form == HttpTargetForm::Absolute) return request.target.authority.host;
  return request.host ? request.host->host : std::string();
}

/// RFC 9110, section 7.4: a request for another host than TLS was set up for is misdirected.
bool is_ours(const GateSession& session, const std::string& host) {
  return session.server_name ? host == *session.server_name : session.shown->is_for(host);
}

/// Why the request is not forwarded; nothing where it is.
Task<std::optional<Problem>> find_problem(GateSession& session, const HttpRequest& request) {
  const std::string host = host_of(request);
  if (request.target.form == HttpTargetForm::Authority) co_return gate_is_no_proxy();
  if (host.empty()) co_return bad_request({ErrorKind::Malformed, "the request has no Host field"});
  if (!is_ours(session, host)) co_return gate_is_not(host);
  const bool allowed = co_await authorize_gate_client(session);
  if (!allowed) co_return gate_refuses(session.client);
  co_return std::nullopt;
}

/// Answers with a page, and fails with `error`.
Task<Result<void>> refuse(Requests& all, const HttpRequest& request, Problem problem, Error error) {
  HttpClientSide side = client_side(request);
  side.keep_alive = false;
  std::string page = write_problem(problem, wanted_format(request.headers), side);
  co_await send_last_answer(all.client, std::move(page), all.session.live.cancel);
  co_return fail(std::move(error));
}

Task<Result<void>> have_backend(Requests& all) {
  if (all.backend) co_return Result<void>();
  all.session.live.phase = "connecting to the backend";
  GateBackend backend = all.session.settings->config().backend;
  auto socket = co_await connect_backend(all.session.loop, std::move(backend), all.session.live.cancel);
  if (!socket) co_return fail(socket.error());
  all.backend = std::make_unique<BackendLink>(all.session.live, std::move(*socket));
  co_return Result<void>();
}

/// How one request went.
struct Forwarded {
  Result<void> done;
  bool answered = false;
  bool keep_client = false;
  bool bad_request = false;
};

/// One try.
Task<Forwarded> forward_once(Requests& all, HttpRequestParser& parser, const HttpRequest& request) {
  auto connected = co_await have_backend(all);
  if (!connected) co_return Forwarded{.done = std::move(connected)};
  all.session.live.phase = "exchanging";
  HttpTransfer one{.loop = all.session.loop,
                   .parser = parser,
                   .request = request,
                   .client = all.client,
                   .server = all.backend->input,
                   .live = all.session.live,
                   .server_name = "the backend"};
  auto done = co_await transfer(one);
  all.backend->used = true;
  if (!done || !one.keep_server) all.backend.reset();
  co_return Forwarded{.done = std::move(done),
                      .answered = one.answered,
                      .keep_client = one.keep_client,
                      .bad_request = one.bad_request};
}

/// A kept connection that the backend closed meanwhile says nothing about this request (RFC 9112, section
/// 9.3.1).
Task<Forwarded> forward(Requests& all, HttpRequestParser& parser, const HttpRequest& request) {
  const bool may_try_again = all.backend && all.backend->used && parser.message_done();
  Forwarded forwarded = co_await forward_once(all, parser, request);
  const bool was_stale = !forwarded.done && forwarded.done.error().kind == ErrorKind::Closed &&
                         !forwarded.answered && !all.session.live.cancel.requested();
  if (may_try_again && was_stale) forwarded = co_await forward_once(all, parser, request);
  co_return forwarded;
}

/// True when the client may send its next request.
Task<Result<bool>> serve_one(Requests& all, HttpRequestParser& parser) {
  GateSession& session = all.session;
  const auto problem = co_await find_problem(session, parser.message());
  if (problem) {
    Error why{ErrorKind::Refused, session.why_denied.empty() ? problem->title + ": " + problem->what_happened
                                                             : session.why_denied};
    auto refused = co_await refuse(all, parser.message(), *problem, std::move(why));
    co_return fail(refused.error());
  }
  HttpRequest request = parser.message();
  request.headers = gate_headers(request.headers, session.client);
  Forwarded forwarded = co_await forward(all, parser, request);
  if (forwarded.done) co_return forwarded.keep_client;
  const Error error = forwarded.done.error();
  if (forwarded.answered || session.live.cancel.requested()) {
    // A part of a response is no response: the client has to see that.
    session.stream->close(true);
    co_return fail(error);
  }
  Problem failure = forwarded.bad_request ? bad_request(error) : gate_without_backend(error);
  auto refused = co_await refuse(all, request, std::move(failure), error);
  co_return fail(refused.error());
}

}  // namespace

Task<Result<void>> serve_gate_http(GateSession& session) {
  InputBuffer client(*session.stream);
  Requests all{.session = session, .client = client, .backend = nullptr};
  for (;;) {
    session.live.phase = "reading the request";
    HttpRequestParser parser({.header_bytes = Limits::kHeaderBytes});
    auto read = co_await read_header(all, parser);
    if (!read) {
      const ErrorKind kind = read.error().kind;
      if (kind == ErrorKind::TimedOut || kind == ErrorKind::Closed) co_return fail(read.error());
      const HttpClientSide side{.minor_version = 1, .keep_alive = false, .head = false};
      std::string page = write_problem(bad_request(read.error()), PageFormat::Text, side);
      co_await send_last_answer(client, std::move(page), session.live.cancel);
      co_return fail(read.error());
    }
    if (!*read) break;
    auto kept = co_await serve_one(all, parser);
    if (!kept) co_return fail(kept.error());
    if (!*kept) break;
  }
  static_cast<void>(co_await session.stream->finish_writing(session.live.cancel, Limits::kRequestHeader));
  co_return Result<void>();
}

}  // namespace proxy
