// The link that a request takes, and one more try where a kept one was closed.
#include "proxy/http_exchange.h"

#include "proxy/client_watch.h"
#include "proxy/http_transfer.h"
#include "proxy/party_link.h"

namespace proxy {

using namespace tlscore;

namespace {

/// Everything one exchange works with. It lives in the frame of exchange(), whose parts refer to it.
struct Exchange {
  Services& services;
  const Destination& destination;
  HttpRequestParser& parser;
  InputBuffer& client;
  std::unique_ptr<KeptLink>& kept;
  LiveConnection& live;
  ExchangeEnd end;
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

/// One try on the link that there is.
Task<Result<void>> run_once(Exchange& x) {
  HttpTransfer one{.loop = x.services.loop,
                   .parser = x.parser,
                   .request = x.parser.message(),
                   .client = x.client,
                   .server = x.kept->input(),
                   .live = x.live,
                   .server_name = "the party"};
  auto done = co_await transfer(one);
  x.end.answered = one.answered;
  x.end.bad_request = one.bad_request;
  x.end.keep_client = one.keep_client;
  x.kept->used = true;
  if (!one.keep_server) x.kept.reset();
  if (!done && !one.bad_request) co_return fail(partys_error(done.error()));
  co_return done;
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
             .client = client,
             .kept = kept,
             .live = live,
             .end = {}};
  const bool may_try_again = kept && kept->used && parser.message_done();
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
