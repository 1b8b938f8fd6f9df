// A header, and then whatever the two say to each other.
#include "proxy/gate_backend.h"
#include "proxy/gate_proxy_header.h"
#include "proxy/gate_session.h"
#include "proxy/relay.h"
#include "proxy/services.h"

namespace proxy {

using namespace tlscore;

Task<Result<void>> serve_gate_octets(GateSession& session) {
  const bool allowed = co_await authorize_gate_client(session);
  if (!allowed) {
    static_cast<void>(co_await session.stream->finish_writing(session.live.cancel, Limits::kRequestHeader));
    co_return fail(ErrorKind::Refused, session.why_denied);
  }
  session.live.phase = "connecting to the backend";
  GateBackend backend = session.settings->config().backend;
  auto socket = co_await connect_backend(session.loop, std::move(backend), session.live.cancel);
  if (!socket) {
    session.stream->close(true);
    co_return fail("the backend", socket.error());
  }
  const LiveConnection::ClosesWith closes(session.live, **socket);
  const Bytes header = write_proxy_header({.from = session.from,
                                           .to = session.to,
                                           .server_name = session.server_name,
                                           .negotiated = session.stream->engine().negotiated(),
                                           .client = session.client});
  auto written = co_await (*socket)->write(header, session.live.cancel, Limits::kBodyWait);
  if (!written) co_return fail("the backend", written.error());
  session.live.phase = "relaying";
  co_return co_await relay(session.loop, *session.stream, **socket, session.live.counts, session.live.cancel);
}

}  // namespace proxy
