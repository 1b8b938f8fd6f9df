// Netlink structures in and out. They are the kernel's, so in this machine's byte order, ports and addresses
// apart.
#include "proxy/inet_diag.h"

#include <arpa/inet.h>
#include <linux/inet_diag.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "tlscore/base/sock_diag.h"

namespace proxy {
namespace {

using tlscore::Bytes;
using tlscore::ByteView;
using tlscore::Error;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;
using tlscore::SockDiagKind;

inet_diag_sockid socket_id(const TcpEnds& socket) {
  inet_diag_sockid id{};
  id.idiag_sport = htons(socket.local.port());
  id.idiag_dport = htons(socket.remote.port());
  std::memcpy(id.idiag_src, socket.local.octets().data(), socket.local.octets().size());
  std::memcpy(id.idiag_dst, socket.remote.octets().data(), socket.remote.octets().size());
  std::ranges::fill(id.idiag_cookie, static_cast<std::uint32_t>(INET_DIAG_NOCOOKIE));
  return id;
}

/// Is this end the one that was asked for? A socket of IPv6 may hold an IPv4 address, mapped.
bool is_end(int family, const std::uint32_t* address, std::uint16_t port, const SocketAddress& asked) {
  const std::size_t count = family == AF_INET6 ? sizeof(in6_addr) : sizeof(in_addr);
  const ByteView octets{reinterpret_cast<const std::uint8_t*>(address), count};
  const auto found = SocketAddress::from_octets(octets, ntohs(port));
  return found.has_value() && found->unmapped() == asked;
}

Result<TcpRow> read_row(ByteView body, const TcpEnds& asked) {
  const auto row = tlscore::peek_netlink<inet_diag_msg>(body);
  if (!row) return fail(ErrorKind::Malformed, "the kernel's answer about a connection is cut short");
  const bool known_family = row->idiag_family == AF_INET || row->idiag_family == AF_INET6;
  if (!known_family || !is_end(row->idiag_family, row->id.idiag_src, row->id.idiag_sport, asked.local) ||
      !is_end(row->idiag_family, row->id.idiag_dst, row->id.idiag_dport, asked.remote)) {
    return fail(ErrorKind::Malformed, "the kernel answered about another connection");
  }
  return TcpRow{.state = row->idiag_state, .owner = row->idiag_uid, .inode = row->idiag_inode};
}

Error read_refusal(ByteView body) {
  const auto code = tlscore::peek_netlink<int>(body);  // nlmsgerr begins with it
  if (!code || *code >= 0)
    return {ErrorKind::Malformed, "the kernel's answer about a connection is no answer"};
  if (*code == -ENOENT) return {ErrorKind::NotFound, "the kernel knows no such connection"};
  return {ErrorKind::Refused,
          "the kernel does not tell about connections: error " + std::to_string(-std::int64_t{*code})};
}

}  // namespace

Bytes encode_inet_diag_request(const TcpEnds& socket, std::uint32_t sequence) {
  inet_diag_req_v2 question{};
  question.sdiag_family = static_cast<std::uint8_t>(socket.local.family());
  question.sdiag_protocol = IPPROTO_TCP;
  question.idiag_states = ~std::uint32_t{0};
  question.id = socket_id(socket);
  const ByteView octets(reinterpret_cast<const std::uint8_t*>(&question), sizeof question);
  return tlscore::encode_sock_diag_request(octets, false, sequence);
}

Result<TcpRow> parse_inet_diag_answer(ByteView answer, const TcpEnds& asked, std::uint32_t sequence) {
  const auto message = TRY(tlscore::take_sock_diag_message(answer, sequence));
  if (message.kind == SockDiagKind::Error) return fail(read_refusal(message.body));
  if (message.kind != SockDiagKind::Row)
    return fail(ErrorKind::Malformed, "the kernel's answer about a connection is no answer");
  return read_row(message.body, asked);
}

}  // namespace proxy
