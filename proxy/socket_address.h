// An IPv4 or IPv6 address with a port, as the socket calls want it and as people read it.
//
// A value; no names, no lookups. UNIX sockets have no place here.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "tlscore/base/bytes.h"

namespace proxy {

class SocketAddress {
 public:
  /// 0.0.0.0, port 0.
  SocketAddress();

  /// Reads an address in text form: dotted decimal with four parts (no octal, no 127.1), or IPv6 without
  /// brackets and without a zone. Fails with Malformed on anything else.
  static tlscore::Result<SocketAddress> parse(std::string_view address, std::uint16_t port);

  /// From an address in network order. Fails with Malformed unless it has 4 or 16 octets.
  static tlscore::Result<SocketAddress> from_octets(tlscore::ByteView octets, std::uint16_t port);

  /// Copies what a system call gave. Fails with Unsupported when the family is neither AF_INET nor AF_INET6,
  /// or `length` is too short for it.
  static tlscore::Result<SocketAddress> copy(const sockaddr* address, socklen_t length);

  /// The two ends of a socket, by getsockname and getpeername. Fail with Closed when there is no such end
  /// (any more), or as copy().
  static tlscore::Result<SocketAddress> local_of(int fd);
  static tlscore::Result<SocketAddress> peer_of(int fd);

  [[nodiscard]] const sockaddr* data() const { return &m_storage.any; }
  [[nodiscard]] socklen_t size() const;

  [[nodiscard]] int family() const { return m_storage.any.sa_family; }  ///< AF_INET or AF_INET6.
  [[nodiscard]] std::uint16_t port() const;                             ///< In host byte order.
  /// The 4 or 16 octets of the address, in network order. Borrowed from this object.
  [[nodiscard]] tlscore::ByteView octets() const;

  /// 127.0.0.0/8, ::1, or the former as a mapped address.
  [[nodiscard]] bool is_loopback() const;
  /// The IPv4 address inside ::ffff:0:0/96 (RFC 4291, section 2.5.5.2); any other address as it is.
  [[nodiscard]] SocketAddress unmapped() const;

  /// "192.0.2.1" or "2001:db8::1".
  [[nodiscard]] std::string address_text() const;
  /// "192.0.2.1:443" or "[2001:db8::1]:443".
  [[nodiscard]] std::string text() const;

  /// The same family, octets, port and zone. A mapped address differs from the IPv4 address in it.
  friend bool operator==(const SocketAddress& a, const SocketAddress& b);

 private:
  union {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6{};
  } m_storage;
};

}  // namespace proxy
