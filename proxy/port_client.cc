// connect, send, recv until the end.
#include "proxy/port_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>

#include "proxy/authority.h"
#include "proxy/http_parser.h"
#include "proxy/peer_owner.h"
#include "proxy/socket_address.h"
#include "tlscore/base/socket.h"
#include "tlscore/base/unique_fd.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr std::size_t kMaxAnswerBytes = std::size_t{256} * 1024;
/// A connection that the listener has not accepted yet belongs to nobody: so for a second.
Result<uid_t> owner_of_listener(int fd) {
  Result<uid_t> owner = peer_owner(fd);
  for (int i = 0; i < 100 && !owner; ++i) {
    static_cast<void>(::poll(nullptr, 0, 10));
    owner = peer_owner(fd);
  }
  return owner;
}

Result<std::string> read_to_end(int fd, std::chrono::seconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  std::string text;
  std::array<char, 8192> piece{};
  while (text.size() < kMaxAnswerBytes && std::chrono::steady_clock::now() < end) {
    const ssize_t count = ::recv(fd, piece.data(), piece.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno != ECONNRESET) break;
    if (count <= 0) return text;
    text.append(piece.data(), static_cast<std::size_t>(count));
  }
  return fail(ErrorKind::TimedOut, "the answer did not end within " + describe(limit));
}

}  // namespace

Result<UniqueFd> connect_to_port(const std::string& address, std::chrono::seconds limit) {
  const Authority authority = TRY(parse_authority(address));
  const SocketAddress target = TRY(SocketAddress::parse(authority.host, authority.port));
  UniqueFd fd(::socket(target.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval time{.tv_sec = limit.count(), .tv_usec = 0};
  if (!fd || ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time) != 0 ||
      ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time) != 0)
    return fail(ErrorKind::Internal, "there is no socket: " + describe_errno(errno));
  if (::connect(fd.get(), target.data(), target.size()) != 0)
    return fail(ErrorKind::Unreachable, "nothing listens on " + address + " (" + describe_errno(errno) + ")");
  return fd;
}

Result<PortAnswer> parse_port_answer(std::string_view text) {
  HttpResponseParser parser(HttpResponseContext{.head = false, .connect = false, .upgrade = false});
  const std::size_t header_bytes = TRY(parser.consume(as_bytes(text)));
  PortAnswer answer;
  parser.resume_body([&answer](ByteView piece) { answer.body += as_text(piece); });
  static_cast<void>(TRY(parser.consume(as_bytes(text.substr(header_bytes)))));
  TRY(parser.end_of_input());
  answer.status = parser.message().status;
  if (const std::string* type = find_header(parser.message().headers, "Content-Type"))
    answer.content_type = *type;
  return answer;
}

Result<PortAnswer> ask_port(const std::string& address, const std::string& target, const std::string& host,
                            std::chrono::seconds limit) {
  const UniqueFd fd = TRY(connect_to_port(address, limit));
  const uid_t owner = TRY(owner_of_listener(fd.get()));
  const std::string request =
      "GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\nAccept: */*\r\nConnection: close\r\n\r\n";
  if (::send(fd.get(), request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
    return fail(ErrorKind::Closed, "what listens on " + address + " closed the connection");
  const std::string text = TRY(read_to_end(fd.get(), limit));
  PortAnswer answer = TRY(parse_port_answer(text));
  answer.owner = owner;
  return answer;
}

}  // namespace proxy
