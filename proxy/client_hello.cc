// Takes records apart, then the ClientHello inside them.
#include "proxy/client_hello.h"

#include <algorithm>

#include "proxy/authority.h"
#include "tlscore/base/byte_reader.h"

namespace proxy {
namespace {

using tlscore::ByteReader;
using tlscore::Bytes;
using tlscore::ByteView;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

constexpr std::uint8_t kHandshakeRecord = 22;
constexpr std::uint8_t kClientHelloMessage = 1;
constexpr std::size_t kMessageHeaderBytes = 4;
constexpr std::size_t kMaxRecordBytes = 1U << 14U;
constexpr std::size_t kRandomBytes = 32;
constexpr std::size_t kMaxSessionIdBytes = 32;

enum Extension : std::uint16_t { ServerName = 0, Alpn = 16, SupportedVersions = 43 };

auto malformed() {
  return fail(ErrorKind::Malformed, "a ClientHello that TLS does not allow");
}

std::optional<ByteView> read_u8_list(ByteReader& reader) {
  const auto length = reader.u8();
  return length ? reader.bytes(*length) : std::nullopt;
}

std::optional<ByteView> read_u16_list(ByteReader& reader) {
  const auto length = reader.u16();
  return length ? reader.bytes(*length) : std::nullopt;
}

/// The whole length of the message that `message` begins, once its header is there.
Result<std::optional<std::size_t>> message_bytes(ByteView message) {
  ByteReader reader(message);
  const auto type = reader.u8();
  if (type && *type != kClientHelloMessage) return malformed();
  const auto length = reader.u24();
  if (!length) return std::nullopt;
  if (*length > kMaxClientHelloBytes - kMessageHeaderBytes) {
    return fail(ErrorKind::TooLarge, "a ClientHello over 16 KiB");
  }
  return kMessageHeaderBytes + *length;
}

/// Puts the message together from as many records as it takes; what follows it is not looked at.
Result<std::optional<Bytes>> gather_message(ByteView input) {
  ByteReader reader(input);
  Bytes message;
  for (;;) {
    const auto type = reader.u8();
    if (type && *type != kHandshakeRecord) return malformed();
    const auto major = reader.u8();
    if (major && *major != 3) return malformed();
    static_cast<void>(reader.u8());  // the minor version of a record says nothing (RFC 8446, section 5.1)
    const auto length = reader.u16();
    if (!length) return std::nullopt;
    if (*length == 0 || *length > kMaxRecordBytes) return malformed();
    const ByteView fragment = reader.rest().first(std::min<std::size_t>(*length, reader.left()));
    static_cast<void>(reader.bytes(fragment.size()));
    message.insert(message.end(), fragment.begin(), fragment.end());

    const auto whole = TRY(message_bytes(message));
    if (whole && message.size() >= *whole) {
      message.resize(*whole);
      return message;
    }
    if (fragment.size() < *length) return std::nullopt;
  }
}

/// ServerNameList with the one name that clients send; host_name is the only type there is.
Result<std::string> parse_server_name(ByteView body) {
  ByteReader extension(body);
  const auto list = read_u16_list(extension);
  if (!list || extension.left() != 0) return malformed();
  ByteReader reader(*list);
  const auto type = reader.u8();
  const auto name = read_u16_list(reader);
  if (!type || !name || *type != 0 || reader.left() != 0) return malformed();
  Host host = TRY(parse_host(tlscore::as_text(*name)));
  if (host.is_address) return fail(ErrorKind::Malformed, "a server_name that is an address");
  return std::move(host.text);
}

Result<std::vector<std::string>> parse_alpn(ByteView body) {
  ByteReader extension(body);
  const auto list = read_u16_list(extension);
  if (!list || list->empty() || extension.left() != 0) return malformed();
  std::vector<std::string> names;
  for (ByteReader reader(*list); reader.left() != 0;) {
    const auto name = read_u8_list(reader);
    if (!name || name->empty()) return malformed();
    names.emplace_back(tlscore::as_text(*name));
  }
  return names;
}

Result<std::vector<std::uint16_t>> parse_versions(ByteView body) {
  ByteReader extension(body);
  const auto list = read_u8_list(extension);
  if (!list || list->empty() || list->size() % 2 != 0 || extension.left() != 0) return malformed();
  std::vector<std::uint16_t> versions;
  ByteReader reader(*list);
  while (const auto version = reader.u16()) versions.push_back(*version);
  return versions;
}

Result<void> take_extension(std::uint16_t type, ByteView body, ClientHello& hello) {
  switch (type) {
    case ServerName: hello.sni = TRY(parse_server_name(body)); break;
    case Alpn: hello.alpn = TRY(parse_alpn(body)); break;
    case SupportedVersions: hello.versions = TRY(parse_versions(body)); break;
    default: break;
  }
  return {};
}

Result<void> parse_extensions(ByteView list, ClientHello& hello) {
  std::vector<std::uint16_t> seen;
  for (ByteReader reader(list); reader.left() != 0;) {
    const auto type = reader.u16();
    const auto body = read_u16_list(reader);
    if (!type || !body) return malformed();
    TRY(take_extension(*type, *body, hello));
    seen.push_back(*type);
  }
  std::ranges::sort(seen);
  if (std::ranges::adjacent_find(seen) != seen.end()) return malformed();
  return {};
}

Result<ClientHello> parse_message(ByteView message) {
  ByteReader reader(message.subspan(kMessageHeaderBytes));
  ClientHello hello;
  const auto version = reader.u16();
  const auto random = reader.bytes(kRandomBytes);
  const auto session = read_u8_list(reader);
  const auto suites = read_u16_list(reader);
  const auto compressions = read_u8_list(reader);
  if (!version || !random || !session || !suites || !compressions) return malformed();
  if (session->size() > kMaxSessionIdBytes || suites->empty() || suites->size() % 2 != 0) return malformed();
  if (compressions->empty()) return malformed();
  hello.versions = {*version};
  if (reader.left() == 0) return hello;  // TLS 1.2 without extensions
  const auto extensions = read_u16_list(reader);
  if (!extensions || reader.left() != 0) return malformed();
  TRY(parse_extensions(*extensions, hello));
  return hello;
}

}  // namespace

Result<std::optional<ClientHello>> parse_client_hello(ByteView input) {
  const ByteView window = input.first(std::min(input.size(), kMaxClientHelloBytes));
  const auto message = TRY(gather_message(window));
  if (message) return TRY(parse_message(*message));
  if (input.size() >= kMaxClientHelloBytes) return fail(ErrorKind::TooLarge, "a ClientHello over 16 KiB");
  return std::nullopt;
}

}  // namespace proxy
