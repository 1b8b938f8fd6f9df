// Told apart by the first octets, served by the protocol's own code.
#include "proxy/client_connection.h"

#include "proxy/first_bytes.h"
#include "proxy/http_front.h"
#include "proxy/input_buffer.h"
#include "proxy/live_connections.h"
#include "proxy/page_problems.h"
#include "proxy/socks_front.h"
#include "tlscore/base/socket.h"

namespace proxy {

using namespace tlscore;

namespace {

Task<Result<PortProtocol>> first_bytes(InputBuffer& client, Cancel& cancel) {
  for (;;) {
    const PortProtocol protocol = classify_port_bytes(client.view());
    if (protocol != PortProtocol::NeedMore) co_return protocol;
    auto more = co_await client.more(cancel, Limits::kRequestHeader);
    if (!more) co_return fail(more.error());
    if (!*more) co_return fail(ErrorKind::Closed, "");
  }
}

Task<Result<void>> serve_protocol(Services& services, InputBuffer& client, LiveConnection& live) {
  live.phase = "reading the first bytes";
  auto protocol = co_await first_bytes(client, live.cancel);
  if (!protocol) co_return fail(protocol.error());
  switch (*protocol) {
    case PortProtocol::Socks4: co_return co_await serve_socks4(services, client, live);
    case PortProtocol::Socks5: co_return co_await serve_socks5(services, client, live);
    case PortProtocol::Http: co_return co_await serve_http(services, client, live);
    case PortProtocol::Tls:
      co_return fail(ErrorKind::Unsupported,
                     "a program spoke TLS to the proxy itself: its proxy address must begin "
                     "with http://, not https://");
    case PortProtocol::Http2Preface:
      co_return fail(ErrorKind::Unsupported, "a program spoke HTTP/2 to the proxy, which speaks HTTP/1.1");
    default: co_return fail(ErrorKind::Malformed, "a program spoke neither HTTP nor SOCKS");
  }
}

/// Ends that nobody needs to hear of: a client that went away, or was idle.
bool is_quiet(const Error& error, const LiveConnection& live) {
  if (error.kind == ErrorKind::Cancelled || error.kind == ErrorKind::TokenRemoved) return true;
  return error.kind == ErrorKind::Closed && (live.party.empty() || live.phase == "relaying");
}

}  // namespace

Task<void> serve_client(Services& services, UniqueFd fd) {
  auto socket = Socket::adopt(services.loop, std::move(fd));
  if (!socket) co_return;
  if (services.connections.size() >= Limits::kConnections) {
    const Error why{ErrorKind::TooLarge, "too many connections"};
    services.connections.refused("a connection", why.message);
    const HttpClientSide side{.minor_version = 1, .keep_alive = false, .head = false};
    const Bytes answer =
        to_bytes(write_problem(too_many_connections(Limits::kConnections), PageFormat::Text, side));
    static_cast<void>((*socket)->try_write(answer));
    co_return;
  }
  LiveConnection live;
  const LiveConnections::Membership membership(services.connections, live);
  const LiveConnection::ClosesWith closes(live, **socket);
  InputBuffer client(**socket);
  auto served = co_await serve_protocol(services, client, live);
  if (!served && !is_quiet(served.error(), live)) {
    services.connections.refused(live.party.empty() ? "a connection" : live.party, served.error().message);
  }
}

Task<void> refuse_stranger(Services& services, UniqueFd fd, Error why) {
  services.connections.refused("a stranger's connection", why.message);
  auto socket = Socket::adopt(services.loop, std::move(fd));
  if (!socket) co_return;
  Cancel cancel;
  const HttpClientSide side{.minor_version = 1, .keep_alive = false, .head = false};
  const Bytes answer = to_bytes(write_problem(another_user(), PageFormat::Text, side));
  // As much as goes out at once: a stranger gets no place to wait in.
  static_cast<void>((*socket)->try_write(answer));
  static_cast<void>(co_await (*socket)->finish_writing(cancel, kNoLimit));
}

}  // namespace proxy
