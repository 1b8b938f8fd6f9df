// connect, send, recv until the end.
#include "proxy/port_client.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <memory>

#include "proxy/peer_owner.h"
#include "tlscore/base/c_handle.h"
#include "tlscore/base/socket.h"
#include "tlscore/base/unique_fd.h"

namespace proxy {
namespace {

using namespace tlscore;

constexpr std::size_t kMaxAnswerBytes = std::size_t{256} * 1024;
using Addresses = CHandle<addrinfo, ::freeaddrinfo>;

Result<UniqueFd> connect_to(const std::string& address, std::chrono::seconds limit) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) return fail(ErrorKind::Malformed, address + " is no address with a port");
  std::string host = address.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (::getaddrinfo(host.c_str(), address.substr(colon + 1).c_str(), &hints, &list) != 0)
    return fail(ErrorKind::Malformed, address + " is no address with a port");
  const Addresses found(list);
  UniqueFd fd(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const timeval time{.tv_sec = limit.count(), .tv_usec = 0};
  if (!fd || ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time) != 0 ||
      ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDTIMEO, &time, sizeof time) != 0)
    return fail(ErrorKind::Internal, "there is no socket: " + describe_errno(errno));
  if (::connect(fd.get(), found->ai_addr, found->ai_addrlen) != 0)
    return fail(ErrorKind::Unreachable, "nothing listens on " + address + " (" + describe_errno(errno) + ")");
  return fd;
}

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

/// The value of a field of the header, or nothing. Names are compared without case.
std::string field_of(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const std::size_t end = std::min(header.find("\r\n"), header.size());
    const std::string_view line = header.substr(0, end);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && to_lower(line.substr(0, colon)) == name) {
      std::string_view value = line.substr(colon + 1);
      value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
      return std::string(value);
    }
    header.remove_prefix(std::min(end + 2, header.size()));
  }
  return {};
}

}  // namespace

Result<PortAnswer> parse_port_answer(std::string_view text) {
  constexpr std::string_view kBegin = "HTTP/1.";
  constexpr std::size_t kStatusAt = kBegin.size() + 2;
  const std::size_t end = text.find("\r\n\r\n");
  PortAnswer answer;
  if (!text.starts_with(kBegin) || end == std::string_view::npos || end < kStatusAt + 3)
    return fail(ErrorKind::Malformed, "what answers there speaks no HTTP");
  const char* digits = text.data() + kStatusAt;
  const auto [stop, error] = std::from_chars(digits, digits + 3, answer.status);
  if (error != std::errc() || stop != digits + 3)
    return fail(ErrorKind::Malformed, "what answers there speaks no HTTP");
  answer.content_type = field_of(text.substr(0, end), "content-type");
  answer.body = text.substr(end + 4);
  return answer;
}

Result<PortAnswer> ask_port(const std::string& address, const std::string& target, const std::string& host,
                            std::chrono::seconds limit) {
  const UniqueFd fd = TRY(connect_to(address, limit));
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
