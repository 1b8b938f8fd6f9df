// The table of first bytes, and what comes of it.
#include "proxy/tunnel.h"

#include <algorithm>

#include "proxy/first_bytes.h"
#include "proxy/local_leaves.h"
#include "proxy/party_link.h"
#include "proxy/problem_for.h"
#include "proxy/terminate.h"

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

/// Whether the program speaks TLS itself, and we are to end it. Fails where what it speaks is not let
/// through.
Task<Result<bool>> is_to_terminate(const Destination& destination, InputBuffer& client, Cancel& cancel) {
  auto protocol = co_await first_bytes(client, cancel);
  if (!protocol) co_return fail(protocol.error());
  if (*protocol == TunnelProtocol::ClientHello) co_return true;
  if (destination.mode() == LocalMode::Terminate) {
    co_return fail(ErrorKind::Unsupported,
                   "the program does not begin TLS, which local = \"terminate\" is for; use https://");
  }
  if (*protocol == TunnelProtocol::Ssh) {
    co_return fail(ErrorKind::Refused,
                   "the program speaks SSH; set local = \"wrap\" or \"tunnel\" for this party to allow that");
  }
  co_return false;
}

/// TLS with the party for a program that speaks plaintext.
Task<Result<std::unique_ptr<Stream>>> wrap_link(Services& services, const Destination& destination,
                                                PreparedLink link, LiveConnection& live) {
  if (link.failure) co_return fail(*link.failure);
  co_return co_await secure_link(services, destination, std::move(link.socket), live);
}

Task<Result<void>> refuse(Services& services, const Destination& destination, InputBuffer& client, Error why,
                          Cancel& cancel) {
  const Authority asked{destination.host, destination.port, destination.is_address};
  const Problem problem = problem_for(services, asked, why);
  co_await tell_failure(client, problem, cancel);
  co_return fail(std::move(why));
}

Task<Result<void>> carry(Services& services, InputBuffer& client, Stream& party, LiveConnection& live) {
  const LiveConnection::ClosesWith closes(live, party);
  live.phase = "relaying";
  const Bytes first(client.view().begin(), client.view().end());
  client.drop(first.size());
  auto written = co_await party.write(first, live.cancel, Limits::kBodyWait);
  if (!written) co_return fail(written.error());
  live.counts.to_party += first.size();
  co_return co_await relay(services.loop, client.stream(), party, live.counts, live.cancel);
}

/// The first bytes decide.
Task<Result<void>> run_told_by_bytes(Services& services, const Destination& destination, InputBuffer& client,
                                     PreparedLink link, LiveConnection& live) {
  live.phase = "reading the first bytes";
  auto terminates = co_await is_to_terminate(destination, client, live.cancel);
  if (terminates && *terminates) {
    Result<std::unique_ptr<Socket>> socket = std::move(link.socket);
    if (link.failure) socket = fail(*link.failure);
    co_return co_await run_terminated(services, destination, client, std::move(socket), live);
  }
  if (!terminates) co_return co_await refuse(services, destination, client, terminates.error(), live.cancel);
  auto party = co_await wrap_link(services, destination, std::move(link), live);
  if (!party) co_return co_await refuse(services, destination, client, party.error(), live.cancel);
  co_return co_await carry(services, client, **party, live);
}

/// Programs that show a page to a person, and nothing where CONNECT is refused: browsers all call themselves
/// so.
bool is_browser(const HttpHeaders& headers) {
  const std::string* agent = find_header(headers, "User-Agent");
  return agent != nullptr && agent->starts_with("Mozilla/");
}

}  // namespace

bool tells_within_tls(const Destination& destination, const HttpHeaders& headers) {
  if (destination.party == nullptr || destination.wraps_port_80) return false;
  return destination.mode() == LocalMode::Terminate ||
         (destination.mode() == LocalMode::Auto && is_browser(headers));
}

Task<Result<PreparedLink>> prepare_link(Services& services, const Destination& destination, bool tells_later,
                                        LiveConnection& live) {
  PreparedLink link;
  auto socket = co_await dial_destination(services, destination, live);
  if (tells_later) {
    const auto can_show = services.leaves.can_find(*destination.party, destination.host);
    if (!can_show) co_return fail(socket ? can_show.error() : socket.error());
  }
  if (!socket && (!tells_later || live.cancel.requested())) co_return fail(socket.error());
  if (!socket) {
    link.failure = socket.error();
    co_return link;
  }
  link.socket = std::move(*socket);
  if (destination.mode() != LocalMode::Wrap) co_return link;
  auto secure = co_await secure_link(services, destination, std::move(link.socket), live);
  if (!secure) co_return fail(secure.error());
  link.secure = std::move(*secure);
  co_return link;
}

Task<Result<void>> run_tunnel(Services& services, const Destination& destination, InputBuffer& client,
                              PreparedLink link, LiveConnection& live) {
  if (link.secure) co_return co_await carry(services, client, *link.secure, live);
  if (destination.mode() == LocalMode::Tunnel) co_return co_await carry(services, client, *link.socket, live);
  co_return co_await run_told_by_bytes(services, destination, client, std::move(link), live);
}

}  // namespace proxy
