// Reads a SOCKS5 client's messages.
#include "proxy/socks5_request.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <string>

#include "tlscore/base/byte_reader.h"

namespace proxy {
namespace {

using tlscore::ByteReader;
using tlscore::Bytes;
using tlscore::ByteView;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

constexpr std::uint8_t kVersion = 5;
constexpr std::uint8_t kLoginVersion = 1;

enum class AddressType : std::uint8_t { Ipv4 = 1, Name = 3, Ipv6 = 4 };

/// Octets with a one-octet length before them.
std::optional<ByteView> read_short_bytes(ByteReader& reader) {
  const auto length = reader.u8();
  return length ? reader.bytes(*length) : std::nullopt;
}

Host address_host(int family, ByteView octets) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  // Cannot fail: the family is one of two and the buffer fits both.
  static_cast<void>(inet_ntop(family, octets.data(), text.data(), text.size()));
  return {text.data(), true};
}

Result<std::optional<Host>> read_address(ByteReader& reader, int family, std::size_t length) {
  const auto octets = reader.bytes(length);
  if (!octets) return std::nullopt;
  return address_host(family, *octets);
}

Result<std::optional<Host>> read_host(ByteReader& reader, std::uint8_t type) {
  switch (static_cast<AddressType>(type)) {
    case AddressType::Ipv4: return read_address(reader, AF_INET, sizeof(in_addr));
    case AddressType::Ipv6: return read_address(reader, AF_INET6, sizeof(in6_addr));
    case AddressType::Name: break;
    default: return fail(ErrorKind::Unsupported, "a SOCKS5 address type that RFC 1928 does not define");
  }
  const auto name = read_short_bytes(reader);
  if (!name) return std::nullopt;
  return TRY(parse_host(tlscore::as_text(*name)));
}

}  // namespace

Result<std::optional<Socks5Greeting>> parse_socks5_greeting(ByteView input) {
  ByteReader reader(input);
  const auto version = reader.u8();
  if (version && *version != kVersion) return fail(ErrorKind::Malformed, "not SOCKS5");
  const auto methods = read_short_bytes(reader);
  if (!methods) return std::nullopt;
  if (methods->empty()) return fail(ErrorKind::Malformed, "a SOCKS5 greeting without a method");
  const auto offers = [&](Socks5Method method) {
    return std::ranges::find(*methods, static_cast<std::uint8_t>(method)) != methods->end();
  };
  return Socks5Greeting{.offers_none = offers(Socks5Method::None),
                        .offers_password = offers(Socks5Method::Password),
                        .wire_bytes = input.size() - reader.left()};
}

Bytes make_socks5_method_reply(Socks5Method method) {
  return {kVersion, static_cast<std::uint8_t>(method)};
}

Result<std::optional<Socks5Login>> parse_socks5_login(ByteView input) {
  ByteReader reader(input);
  const auto version = reader.u8();
  if (version && *version != kLoginVersion) return fail(ErrorKind::Malformed, "not the login of RFC 1929");
  const auto user = read_short_bytes(reader);
  if (!user) return std::nullopt;
  const auto password = read_short_bytes(reader);
  if (!password) return std::nullopt;
  if (user->empty() || password->empty())
    return fail(ErrorKind::Malformed, "an empty SOCKS5 user or password");
  return Socks5Login{
      .credential = {std::string(tlscore::as_text(*user)), std::string(tlscore::as_text(*password))},
      .wire_bytes = input.size() - reader.left()};
}

Bytes make_socks5_login_reply(bool accepted) {
  return {kLoginVersion, static_cast<std::uint8_t>(accepted ? 0 : 1)};
}

Result<std::optional<Socks5Request>> parse_socks5_request(ByteView input) {
  ByteReader reader(input);
  const auto version = reader.u8();
  if (version && *version != kVersion) return fail(ErrorKind::Malformed, "not SOCKS5");
  const auto command = reader.u8();
  const auto reserved = reader.u8();
  if (reserved && *reserved != 0) return fail(ErrorKind::Malformed, "a SOCKS5 reserved octet that is not 0");
  const auto type = reader.u8();
  if (!command || !type) return std::nullopt;
  auto host = TRY(read_host(reader, *type));
  if (!host) return std::nullopt;
  const auto port = reader.u16();
  if (!port) return std::nullopt;
  if (*port == 0 && *command == static_cast<std::uint8_t>(Socks5Command::Connect)) {
    return fail(ErrorKind::Malformed, "a SOCKS5 CONNECT to port 0");
  }
  return Socks5Request{.command = static_cast<Socks5Command>(*command),
                       .destination = {std::move(host->text), *port, host->is_address},
                       .wire_bytes = input.size() - reader.left()};
}

Bytes make_socks5_reply(Socks5Reply reply) {
  constexpr auto kIpv4 = static_cast<std::uint8_t>(AddressType::Ipv4);
  return {kVersion, static_cast<std::uint8_t>(reply), 0, kIpv4, 0, 0, 0, 0, 0, 0};
}

}  // namespace proxy
