// Two TLS connections, and one name.
#include "proxy/terminate.h"

#include <algorithm>

#include "proxy/client_hello_reader.h"
#include "proxy/deadline.h"
#include "proxy/http_parser.h"
#include "proxy/last_answer.h"
#include "proxy/local_leaves.h"
#include "proxy/party_link.h"
#include "proxy/problem_for.h"
#include "proxy/tokens.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr std::string_view kHttp11 = "http/1.1";
constexpr std::chrono::seconds kHelloLimit{30};
/// For a request that is answered by a page of ours. Browsers open spare connections, on which a request may
/// come when what the page says is no longer so: once such a connection is closed they open another one.
constexpr std::chrono::seconds kSpareLimit{3};

/// Everything one such connection works with. It lives in the frame of run_terminated.
struct Terminated {
  Services& services;
  const Destination& destination;
  InputBuffer& client;
  LiveConnection& live;
  ClientHello hello{};
};

/// What is asked for is what CONNECT named, or nobody can say which of the two is meant.
Result<void> check_name(const Terminated& x) {
  if (!x.hello.sni || x.destination.is_address || *x.hello.sni == x.destination.host) return {};
  return fail(ErrorKind::Refused,
              "the program asked for " + x.destination.host + ", and in its TLS for " + *x.hello.sni);
}

/// Protocol names that go on to the party. Others than text are made up by browsers (RFC 8701).
std::vector<std::string> protocols(const ClientHello& hello) {
  std::vector<std::string> names;
  for (const std::string& name : hello.alpn) {
    const bool is_text = std::ranges::all_of(name, [](char c) { return c > ' ' && c <= '~'; });
    if (is_text) names.push_back(name);
  }
  return names;
}

/// TLS with the program, as `host`.
Task<Result<std::unique_ptr<tls::TlsStream>>> accept_local(Terminated& x, Bytes shown,
                                                           std::vector<std::string> alpn,
                                                           tls::Version highest) {
  x.live.phase = "making a certificate";
  auto credential = co_await x.services.leaves.find(*x.destination.party, x.destination.host,
                                                    std::move(shown), x.live.cancel);
  if (!credential) {
    co_await send_plain_alert(x.client.stream(), PlainAlert::InternalError, x.live.cancel);
    co_return fail(credential.error());
  }
  x.live.phase = "the program's TLS handshake";
  const tls::ServerSettings settings{.credential = *credential, .alpn = std::move(alpn), .highest = highest};
  auto engine = tls::Engine::create_server(settings);
  if (!engine) co_return fail(engine.error());
  (*engine)->add_input(x.client.view());
  x.client.drop(x.client.view().size());
  auto below = std::make_unique<BorrowedStream>(x.client.stream());
  auto stream = std::make_unique<tls::TlsStream>(std::move(below), std::move(*engine));
  tls::ServerAnswers answers;
  auto shaken = co_await stream->handshake(answers, x.live.cancel, Limits::kHandshakeWait);
  if (!shaken) {
    co_return fail(shaken.error().kind,
                   "the program did not take the certificate of this party's local CA, "
                   "or broke off (" +
                       shaken.error().message + "); latchkey ca install tells browsers of it");
  }
  co_return stream;
}

/// One request, whose header is read; what follows it is nobody's.
Task<Result<HttpRequest>> read_request(InputBuffer& input, Cancel& cancel) {
  HttpRequestParser parser({.header_bytes = Limits::kHeaderBytes});
  for (;;) {
    auto used = parser.consume(input.view());
    if (!used) co_return fail(used.error());
    input.drop(*used);
    if (parser.header_done()) co_return parser.take_message();
    auto more = co_await input.more(cancel, kSpareLimit);
    if (!more) co_return fail(more.error());
    if (!*more) co_return fail(ErrorKind::Closed, "it closed before its request was whole");
  }
}

/// A page of ours says why; or nothing, where a token has come meanwhile and the program does better to try
/// again.
Task<void> show_problem(Terminated& x, const Error& why) {
  const bool was_in_vain = !x.services.tokens.may_serve();
  const Authority asked{x.destination.host, x.destination.port, x.destination.is_address};
  const Problem problem = problem_for(x.services, asked, why);
  const bool speaks_http11 =
      x.hello.alpn.empty() || std::ranges::find(x.hello.alpn, kHttp11) != x.hello.alpn.end();
  if (x.live.cancel.requested() || !speaks_http11) {
    x.client.stream().close(true);
    co_return;
  }
  std::vector<std::string> alpn;
  if (!x.hello.alpn.empty()) alpn.emplace_back(kHttp11);
  auto stream = co_await accept_local(x, Bytes(), std::move(alpn), tls::Version::Tls13);
  if (!stream) co_return;
  x.live.phase = "waiting for the request";
  InputBuffer input(**stream);
  auto request = co_await read_request(input, x.live.cancel);
  if (!request || (was_in_vain && x.services.tokens.may_serve())) co_return;
  const HttpClientSide side{.minor_version = 1, .keep_alive = false, .head = request->method == "HEAD"};
  std::string page = write_problem(problem, wanted_format(request->headers), side);
  co_await send_last_answer(input, std::move(page), x.live.cancel);
}

Task<Result<void>> refuse(Terminated& x, Error why) {
  co_await show_problem(x, why);
  co_return fail(std::move(why));
}

/// Both connections, ready for each other.
Task<Result<void>> join(Terminated& x, std::unique_ptr<tls::TlsStream> party) {
  const LiveConnection::ClosesWith closes(x.live, *party);
  const tls::Engine& engine = party->engine();
  std::vector<std::string> alpn;
  if (!engine.negotiated().alpn.empty()) alpn.push_back(engine.negotiated().alpn);
  Bytes shown = engine.peer_chain().empty() ? Bytes() : engine.peer_chain().front().sha256();
  const tls::Version highest = engine.negotiated().version;
  auto local = co_await accept_local(x, std::move(shown), std::move(alpn), highest);
  if (!local) co_return fail(local.error());
  const LiveConnection::ClosesWith closes_local(x.live, **local);
  x.live.phase = "relaying";
  co_return co_await relay(x.services.loop, **local, *party, x.live.counts, x.live.cancel);
}

}  // namespace

Task<Result<void>> run_terminated(Services& services, const Destination& destination, InputBuffer& client,
                                  Result<std::unique_ptr<Socket>> party, LiveConnection& live) {
  Terminated x{.services = services, .destination = destination, .client = client, .live = live};
  live.local = "terminate";
  live.phase = "reading the ClientHello";
  {
    Deadline deadline(services.loop, live.cancel, kHelloLimit, "the program's ClientHello");
    auto hello = co_await read_client_hello(client, deadline.cancel());
    if (!hello) {
      co_await send_plain_alert(client.stream(), PlainAlert::DecodeError, live.cancel);
      co_return fail(hello.error());
    }
    x.hello = std::move(*hello);
  }
  auto named = check_name(x);
  if (!named) {
    co_await send_plain_alert(client.stream(), PlainAlert::UnrecognizedName, live.cancel);
    co_return named;
  }
  if (!party) co_return co_await refuse(x, party.error());
  auto secure = co_await secure_link(services, destination, std::move(*party), live, protocols(x.hello));
  if (!secure) co_return co_await refuse(x, secure.error());
  co_return co_await join(x, std::move(*secure));
}

}  // namespace proxy
