// The table of first bytes, and what comes of it.
#include "proxy/tunnel.h"

#include <algorithm>

#include "proxy/client_hello.h"
#include "proxy/first_bytes.h"
#include "proxy/party_link.h"
#include "proxy/problem_for.h"

namespace proxy {

using namespace tlscore;

namespace {

/// An HTTP/1 request line has begun: a method, a space, and no control characters.
bool looks_like_http(ByteView octets) {
  const auto end = std::ranges::find(octets, std::uint8_t{' '});
  if (end == octets.begin() || end == octets.end()) return false;
  return std::all_of(octets.begin(), end, [](std::uint8_t octet) { return octet >= 'A' && octet <= 'Z'; });
}

/// Success was answered already, so a failure can only be told within what the client speaks.
Task<void> tell_failure(InputBuffer& client, const Problem& problem, Cancel& cancel) {
  if (!looks_like_http(client.view()) || cancel.requested()) {
    client.stream().close(true);
    co_return;
  }
  const HttpClientSide side{.minor_version = 1, .keep_alive = false, .head = false};
  const Bytes answer = to_bytes(write_problem(problem, PageFormat::Text, side));
  auto written = co_await client.stream().write(answer, cancel, Limits::kRequestHeader);
  if (written) written = co_await client.stream().finish_writing(cancel, Limits::kRequestHeader);
}

/// The name in a ClientHello, for the log.
std::string asked_name(ByteView octets) {
  const auto hello = parse_client_hello(octets);
  if (!hello || !*hello || !(*hello)->sni) return "";
  return " for " + *(*hello)->sni;
}

/// Waits for as many octets as the table needs; silence means that the server is to speak first.
Task<Result<TunnelProtocol>> first_bytes(InputBuffer& client, Cancel& cancel) {
  for (;;) {
    const TunnelProtocol protocol = classify_tunnel_bytes(client.view());
    if (protocol != TunnelProtocol::NeedMore) co_return protocol;
    auto more = co_await client.more(cancel, Limits::kSilence);
    if (!more && more.error().kind == ErrorKind::TimedOut) co_return TunnelProtocol::Other;
    if (!more) co_return fail(more.error());
    if (!*more) co_return TunnelProtocol::Other;
  }
}

/// What `local = "auto"` makes of the first bytes: nothing when *wrap* it is, else the reason to close.
Task<Result<void>> check_first_bytes(InputBuffer& client, Cancel& cancel) {
  auto protocol = co_await first_bytes(client, cancel);
  if (!protocol) co_return fail(protocol.error());
  if (*protocol == TunnelProtocol::ClientHello) {
    co_return fail(ErrorKind::Unsupported,
                   "the program speaks TLS itself" + asked_name(client.view()) +
                       ", so that Latchkey cannot show your key; use http:// with this party, or set "
                       "local = \"tunnel\" to let it through as it is");
  }
  if (*protocol == TunnelProtocol::Ssh) {
    co_return fail(ErrorKind::Refused,
                   "the program speaks SSH; set local = \"wrap\" or \"tunnel\" for this party to allow that");
  }
  co_return Result<void>();
}

Task<Result<std::unique_ptr<Stream>>> finish_link(Services& services, const Destination& destination,
                                                  InputBuffer& client, PreparedLink link,
                                                  LiveConnection& live) {
  if (link.secure) co_return std::move(link.secure);
  if (destination.mode() == LocalMode::Tunnel) co_return std::unique_ptr<Stream>(std::move(link.socket));
  live.phase = "reading the first bytes";
  auto checked = co_await check_first_bytes(client, live.cancel);
  if (!checked) co_return fail(checked.error());
  co_return co_await secure_link(services, destination, std::move(link.socket), live);
}

}  // namespace

Task<Result<PreparedLink>> prepare_link(Services& services, const Destination& destination,
                                        LiveConnection& live) {
  PreparedLink link;
  if (destination.mode() == LocalMode::Terminate) {
    co_return fail(ErrorKind::Unsupported, "local = \"terminate\" is not part of this build");
  }
  auto socket = co_await dial_destination(services, destination, live);
  if (!socket) co_return fail(socket.error());
  link.socket = std::move(*socket);
  if (destination.mode() != LocalMode::Wrap) co_return link;
  auto secure = co_await secure_link(services, destination, std::move(link.socket), live);
  if (!secure) co_return fail(secure.error());
  link.secure = std::move(*secure);
  co_return link;
}

Task<Result<void>> run_tunnel(Services& services, const Destination& destination, InputBuffer& client,
                              PreparedLink link, LiveConnection& live) {
  auto party = co_await finish_link(services, destination, client, std::move(link), live);
  if (!party) {
    const Authority asked{destination.host, destination.port, destination.is_address};
    const Problem problem = problem_for(services, asked, party.error());
    co_await tell_failure(client, problem, live.cancel);
    co_return fail(party.error());
  }
  const LiveConnection::ClosesWith closes(live, **party);
  live.phase = "relaying";
  const Bytes first(client.view().begin(), client.view().end());
  client.drop(first.size());
  auto written = co_await (*party)->write(first, live.cancel, Limits::kBodyWait);
  if (!written) co_return fail(written.error());
  live.counts.to_party += first.size();
  co_return co_await relay(services.loop, client.stream(), **party, live.counts, live.cancel);
}

}  // namespace proxy
