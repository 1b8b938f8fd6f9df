// connect: a stream on standard input and output, for ssh's ProxyCommand and its like.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <nlohmann/json.hpp>

#include "proxy/authority.h"
#include "proxy/commands.h"
#include "proxy/control_client.h"
#include "proxy/http_parser.h"
#include "proxy/port_client.h"
#include "tlscore/base/log.h"
#include "tlscore/base/socket.h"

namespace proxy {

using namespace tlscore;
using nlohmann::json;

namespace {

bool write_all(int fd, ByteView octets) {
  while (!octets.empty()) {
    const ssize_t count = ::write(fd, octets.data(), octets.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    octets = octets.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

/// Asks for the tunnel. What came behind the answer's header goes to `behind`.
Result<void> ask_for_tunnel(int fd, const std::string& target, Bytes& behind) {
  if (!write_all(fd, as_bytes("CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n\r\n"))) {
    return fail(ErrorKind::Closed, "the proxy closed the connection");
  }
  HttpResponseParser parser(HttpResponseContext{.head = false, .connect = true, .upgrade = false});
  std::array<std::uint8_t, 4096> piece{};
  while (!parser.header_done()) {
    const ssize_t count = ::recv(fd, piece.data(), piece.size(), 0);
    if (count <= 0) return fail(ErrorKind::Closed, "the proxy closed the connection");
    const ByteView octets = ByteView(piece).first(static_cast<std::size_t>(count));
    const std::size_t used = TRY(parser.consume(octets));
    behind.assign(octets.begin() + static_cast<std::ptrdiff_t>(used), octets.end());
  }
  if (parser.message().status == 200) return {};
  std::string page(as_text(behind));
  for (ssize_t count = 1; count > 0 && page.size() < 16384;) {
    count = ::recv(fd, piece.data(), piece.size(), 0);
    if (count > 0) page += as_text(ByteView(piece).first(static_cast<std::size_t>(count)));
  }
  while (!page.empty() && page.back() == '\n') page.pop_back();
  return fail(ErrorKind::Refused, page.empty() ? parser.message().reason : page);
}

/// One direction's step: false when `from` has ended.
bool carry(int from, int to) {
  std::array<std::uint8_t, 16384> piece;  // NOLINT(cppcoreguidelines-pro-type-member-init): filled by read
  const ssize_t count = ::read(from, piece.data(), piece.size());
  if (count < 0 && errno == EINTR) return true;
  return count > 0 && write_all(to, ByteView(piece).first(static_cast<std::size_t>(count)));
}

/// Until the proxy's side ends; the end of our input is passed on.
void carry_both_ways(int proxy) {
  std::array<pollfd, 2> watched{pollfd{STDIN_FILENO, POLLIN, 0}, pollfd{proxy, POLLIN, 0}};
  for (;;) {
    if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) return;
    if (watched[0].revents != 0 && !carry(STDIN_FILENO, proxy)) {
      static_cast<void>(::shutdown(proxy, SHUT_WR));
      watched[0].fd = -1;
    }
    if (watched[1].revents != 0 && !carry(proxy, STDOUT_FILENO)) return;
  }
}

Result<void> open_and_carry(const std::string& target) {
  ControlClient client = TRY(ControlClient::connect());
  const json status = TRY(client.ask({{"command", "status"}}));
  const UniqueFd fd = TRY(connect_to_port(status["status"]["listen"].at(0).get<std::string>()));
  Bytes behind;
  TRY(ask_for_tunnel(fd.get(), target, behind));
  if (write_all(STDOUT_FILENO, behind)) carry_both_ways(fd.get());
  return {};
}

}  // namespace

int run_connect(Arguments arguments, std::ostream& out, std::ostream& err) {
  const auto parsed = parse_arguments(arguments, {}, {});
  if (!parsed) return complain(err, "connect", parsed.error(), kFailure);
  if (parsed->has("--help") || parsed->rest.size() != 2) {
    (parsed->has("--help") ? out : err) << "usage: latchkey connect HOST PORT\n"
                                           "A stream to a party on standard input and output:\n"
                                           "  ssh -o ProxyCommand='latchkey connect %h %p' HOST\n";
    return parsed->has("--help") ? kSuccess : kFailure;
  }
  const bool is_v6 = parsed->rest[0].contains(':') && !parsed->rest[0].starts_with('[');
  const std::string host = is_v6 ? "[" + parsed->rest[0] + "]" : parsed->rest[0];
  const auto authority = parse_authority(host + ":" + parsed->rest[1]);
  if (!authority) return complain(err, "connect", authority.error(), kFailure);
  const auto done = open_and_carry(to_string(*authority));
  if (!done) return complain(err, "connect", done.error(), kFailure);
  return kSuccess;
}

}  // namespace proxy
