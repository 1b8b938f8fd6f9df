// The system's address structures behind a value type.
#include "proxy/socket_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace proxy {
namespace {

using tlscore::ByteView;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

using NameCall = int (*)(int, sockaddr*, socklen_t*);

Result<SocketAddress> ask(NameCall call, int fd) {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  auto* const address = reinterpret_cast<sockaddr*>(&storage);
  if (call(fd, address, &length) != 0) return fail(ErrorKind::Closed, "the connection has ended");
  return SocketAddress::copy(address, length);
}

}  // namespace

SocketAddress::SocketAddress() {
  m_storage.any.sa_family = AF_INET;
}

Result<SocketAddress> SocketAddress::parse(std::string_view address, std::uint16_t port) {
  // A NUL inside would end the text for inet_pton and not for us.
  if (address.size() >= INET6_ADDRSTRLEN || address.contains('\0')) {
    return fail(ErrorKind::Malformed, "this is no IP address");
  }
  const std::string text(address);
  std::array<std::uint8_t, sizeof(in6_addr)> octets{};
  if (::inet_pton(AF_INET, text.c_str(), octets.data()) == 1) {
    return from_octets(ByteView(octets).first(sizeof(in_addr)), port);
  }
  if (::inet_pton(AF_INET6, text.c_str(), octets.data()) == 1) return from_octets(octets, port);
  return fail(ErrorKind::Malformed, "this is no IP address");
}

Result<SocketAddress> SocketAddress::from_octets(ByteView octets, std::uint16_t port) {
  SocketAddress made;
  if (octets.size() == sizeof(in_addr)) {
    made.m_storage.v4 = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {}, .sin_zero = {}};
    std::memcpy(&made.m_storage.v4.sin_addr, octets.data(), octets.size());
    return made;
  }
  if (octets.size() != sizeof(in6_addr)) return fail(ErrorKind::Malformed, "this is no IP address");
  made.m_storage.v6 = {.sin6_family = AF_INET6,
                       .sin6_port = htons(port),
                       .sin6_flowinfo = 0,
                       .sin6_addr = {},
                       .sin6_scope_id = 0};
  std::memcpy(&made.m_storage.v6.sin6_addr, octets.data(), octets.size());
  return made;
}

Result<SocketAddress> SocketAddress::copy(const sockaddr* address, socklen_t length) {
  SocketAddress copied;
  if (length >= sizeof(sockaddr_in) && address->sa_family == AF_INET) {
    std::memcpy(&copied.m_storage.v4, address, sizeof(sockaddr_in));
    return copied;
  }
  if (length >= sizeof(sockaddr_in6) && address->sa_family == AF_INET6) {
    std::memcpy(&copied.m_storage.v6, address, sizeof(sockaddr_in6));
    return copied;
  }
  return fail(ErrorKind::Unsupported, "this address is neither IPv4 nor IPv6");
}

Result<SocketAddress> SocketAddress::local_of(int fd) {
  return ask(::getsockname, fd);
}

Result<SocketAddress> SocketAddress::peer_of(int fd) {
  return ask(::getpeername, fd);
}

socklen_t SocketAddress::size() const {
  return family() == AF_INET6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
}

std::uint16_t SocketAddress::port() const {
  return ntohs(family() == AF_INET6 ? m_storage.v6.sin6_port : m_storage.v4.sin_port);
}

ByteView SocketAddress::octets() const {
  if (family() == AF_INET6) {
    return {reinterpret_cast<const std::uint8_t*>(&m_storage.v6.sin6_addr), sizeof(in6_addr)};
  }
  return {reinterpret_cast<const std::uint8_t*>(&m_storage.v4.sin_addr), sizeof(in_addr)};
}

bool SocketAddress::is_loopback() const {
  if (family() == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&m_storage.v6.sin6_addr)) return true;
  const SocketAddress plain = unmapped();
  constexpr std::uint8_t kLoopbackNet = 127;
  return plain.family() == AF_INET && plain.octets().front() == kLoopbackNet;
}

SocketAddress SocketAddress::unmapped() const {
  if (family() != AF_INET6 || !IN6_IS_ADDR_V4MAPPED(&m_storage.v6.sin6_addr)) return *this;
  constexpr std::size_t kPrefixBytes = 12;
  SocketAddress plain;
  plain.m_storage.v4.sin_port = m_storage.v6.sin6_port;
  std::memcpy(&plain.m_storage.v4.sin_addr, octets().subspan(kPrefixBytes).data(), sizeof(in_addr));
  return plain;
}

std::string SocketAddress::address_text() const {
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  ::inet_ntop(family(), octets().data(), buffer.data(), buffer.size());
  return buffer.data();
}

std::string SocketAddress::text() const {
  const std::string port_text = std::to_string(port());
  return family() == AF_INET6 ? "[" + address_text() + "]:" + port_text : address_text() + ":" + port_text;
}

bool operator==(const SocketAddress& a, const SocketAddress& b) {
  const bool same_zone = a.family() != AF_INET6 || b.family() != AF_INET6 ||
                         a.m_storage.v6.sin6_scope_id == b.m_storage.v6.sin6_scope_id;
  return a.family() == b.family() && std::ranges::equal(a.octets(), b.octets()) && a.port() == b.port() &&
         same_zone;
}

}  // namespace proxy
