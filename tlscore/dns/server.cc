// Addresses, and one exchange.
#include "tlscore/dns/server.h"

#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "tlscore/base/byte_reader.h"
#include "tlscore/base/c_handle.h"
#include "tlscore/base/descriptor_watch.h"
#include "tlscore/base/socket.h"

namespace tlscore::dns {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using AddressInfo = CHandle<addrinfo, ::freeaddrinfo>;

constexpr std::uint16_t kPort = 53;
constexpr std::size_t kMaxSystemServers = 3;  // MAXNS of resolv.conf(5)
/// Somebody who guesses may flood us; after so many wrong answers the question is given up.
constexpr int kMaxStrays = 64;
constexpr std::size_t kCaseBytes = 16;

/// What is left of a time that ends at `end`, at least 1 ms so that it is a limit.
milliseconds left_until(steady_clock::time_point end) {
  return std::max(milliseconds(1), std::chrono::duration_cast<milliseconds>(end - steady_clock::now()));
}

/// A query with an id and capitals that nobody can foresee.
Bytes fresh_query(const Question& question, Ask ask) {
  std::array<std::uint8_t, kCaseBytes> cases{};
  ::arc4random_buf(cases.data(), cases.size());
  return make_query(question, ask, static_cast<std::uint16_t>(::arc4random()), cases);
}

Error unreachable(const Server& server, const std::string& why) {
  return {ErrorKind::Unreachable, "the name server " + server.text() + ": " + why};
}

/// A socket of a kind that takes datagrams from, or a stream to, that server only.
Result<UniqueFd> connect_to(const Server& server, int kind) {
  UniqueFd fd(::socket(server.address()->sa_family, kind | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd || (::connect(fd.get(), server.address(), server.size()) != 0 && errno != EINPROGRESS)) {
    return fail(unreachable(server, describe_errno(errno)));
  }
  return fd;
}

/// Waits until the descriptor has something.
Task<Result<void>> readable(EventLoop& loop, int fd, Cancel& cancel, milliseconds limit) {
  const Promise<void> ready(loop);
  auto watch =
      DescriptorWatch::create(loop, fd, DescriptorWatch::For::Reading, [ready] { ready.settle({}); });
  if (!watch) co_return fail(watch.error());
  co_return co_await ready.wait(cancel, limit);
}

/// The response to `query`; nothing where it came with other capitals.
Task<Result<std::optional<Bytes>>> exchange_datagrams(EventLoop& loop, const Server& server,
                                                      const Bytes& query, Cancel& cancel,
                                                      milliseconds limit) {
  auto fd = connect_to(server, SOCK_DGRAM);
  if (!fd) co_return fail(fd.error());
  if (::send(fd->get(), query.data(), query.size(), MSG_NOSIGNAL) < 0) {
    co_return fail(unreachable(server, describe_errno(errno)));
  }
  const auto end = steady_clock::now() + limit;
  for (int strays = 0; strays < kMaxStrays;) {
    Bytes response(kMaxUdpBytes);
    const ssize_t count = ::recv(fd->get(), response.data(), response.size(), 0);
    if (count < 0 && errno != EAGAIN && errno != EINTR)
      co_return fail(unreachable(server, describe_errno(errno)));
    if (count >= 0) {
      response.resize(static_cast<std::size_t>(count));
      const Match match = match_response(query, response);
      if (match == Match::Exact) co_return response;
      if (match == Match::OtherCase) co_return std::nullopt;
      ++strays;
      continue;
    }
    const milliseconds wait = left_until(end);
    if (auto ready = co_await readable(loop, fd->get(), cancel, wait); !ready) co_return fail(ready.error());
  }
  co_return fail(unreachable(server, "too many answers to questions that were not asked"));
}

/// Takes exactly as many octets as `into` has.
Task<Result<void>> read_whole(Socket& socket, std::span<std::uint8_t> into, Cancel& cancel,
                              milliseconds limit) {
  while (!into.empty()) {
    auto count = co_await socket.read(into, cancel, limit);
    if (!count) co_return fail(count.error());
    if (*count == 0) co_return fail(ErrorKind::Closed, "the connection was closed");
    into = into.subspan(*count);
  }
  co_return Result<void>();
}

/// RFC 7766, section 8: two octets of length before each message.
Task<Result<Bytes>> exchange_stream(EventLoop& loop, const Server& server, const Bytes& query, Cancel& cancel,
                                    milliseconds limit) {
  auto fd = connect_to(server, SOCK_STREAM);
  if (!fd) co_return fail(fd.error());
  auto socket = Socket::adopt(loop, *std::move(fd));
  if (!socket) co_return fail(socket.error());
  const auto end = steady_clock::now() + limit;
  ByteWriter framed;
  framed.u16(static_cast<std::uint16_t>(query.size()));
  framed.bytes(query);
  if (auto sent = co_await (*socket)->write(framed.view(), cancel, limit); !sent)
    co_return fail(sent.error());
  std::array<std::uint8_t, 2> length{};
  milliseconds wait = left_until(end);
  if (auto got = co_await read_whole(**socket, length, cancel, wait); !got) co_return fail(got.error());
  Bytes response(static_cast<std::size_t>(length[0]) << 8U | length[1]);
  wait = left_until(end);
  if (auto got = co_await read_whole(**socket, response, cancel, wait); !got) co_return fail(got.error());
  if (match_response(query, response) == Match::No) {
    co_return fail(unreachable(server, "it answers a question that was not asked"));
  }
  co_return response;
}

/// Reads what came. `message` may be truncated.
Result<Message> read_response(const Server& server, const Question& question, const Bytes& octets) {
  auto message = parse_response(octets);
  if (!message) return fail(unreachable(server, message.error().message));
  if (message->question != question) {
    return fail(unreachable(server, "it answers a question that was not asked"));
  }
  return message;
}

/// Names the server in what went wrong on the way.
Error explain(const Server& server, const Error& error) {
  if (error.kind == ErrorKind::TimedOut) {
    return {ErrorKind::TimedOut, "the name server " + server.text() + " did not answer in time"};
  }
  return error.kind == ErrorKind::Closed ? unreachable(server, error.message) : error;
}

}  // namespace

Result<Server> Server::parse(const std::string& address, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_DGRAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(address.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
    return fail(ErrorKind::Malformed, "\"" + address + "\" is no address of a name server");
  }
  const AddressInfo owned(found);
  Server server;
  std::memcpy(&server.m_address, found->ai_addr, found->ai_addrlen);
  server.m_size = found->ai_addrlen;
  server.m_text = (address.contains(':') ? "[" + address + "]" : address) + ":" + std::to_string(port);
  return server;
}

bool Server::is_loopback() const {
  if (address()->sa_family == AF_INET) {
    const auto* const v4 = reinterpret_cast<const sockaddr_in*>(&m_address);
    return ntohl(v4->sin_addr.s_addr) >> 24U == IN_LOOPBACKNET;
  }
  const auto* const v6 = reinterpret_cast<const sockaddr_in6*>(&m_address);
  return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

std::vector<Server> parse_resolv_conf(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  std::vector<Server> servers;
  for (std::size_t at = 0; at < text.size() && servers.size() < kMaxSystemServers;) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    at = end + 1;
    constexpr std::string_view kKeyword = "nameserver";
    if (!line.starts_with(kKeyword)) continue;
    line.remove_prefix(kKeyword.size());
    const std::size_t begin = line.find_first_not_of(kBlank);
    if (begin == 0 || begin == std::string_view::npos) continue;
    line = line.substr(begin, line.find_first_of(kBlank, begin) - begin);
    if (auto server = Server::parse(std::string(line), kPort)) servers.push_back(*std::move(server));
  }
  if (servers.empty()) {
    if (auto own = Server::parse("127.0.0.1", kPort)) servers.push_back(*std::move(own));
  }
  return servers;
}

Task<Result<Message>> ask_server(EventLoop& loop, Server server, Question question, Ask ask, Cancel& cancel,
                                 milliseconds limit) {
  const Bytes query = fresh_query(question, ask);
  auto datagram = co_await exchange_datagrams(loop, server, query, cancel, limit);
  if (!datagram) co_return fail(explain(server, datagram.error()));
  if (*datagram) {
    auto message = read_response(server, question, **datagram);
    if (!message || !message->truncated) co_return message;
  }
  auto stream = co_await exchange_stream(loop, server, query, cancel, limit);
  if (!stream) co_return fail(explain(server, stream.error()));
  auto message = read_response(server, question, *stream);
  if (message && message->truncated) co_return fail(unreachable(server, "its answer is truncated over TCP"));
  co_return message;
}

}  // namespace tlscore::dns
