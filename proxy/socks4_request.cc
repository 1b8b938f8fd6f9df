// Reads a SOCKS4 or 4a request.
#include "proxy/socks4_request.h"

#include <algorithm>
#include <string>

#include "tlscore/base/byte_reader.h"

namespace proxy {
namespace {

using tlscore::ByteReader;
using tlscore::ByteView;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

constexpr std::uint8_t kVersion = 4;

/// Text that a NUL ends; nothing while the NUL has not come.
Result<std::optional<std::string>> read_text(ByteReader& reader) {
  const ByteView window = reader.rest().first(std::min(reader.left(), kMaxSocks4TextBytes + 1));
  const auto end = std::ranges::find(window, 0);
  if (end == window.end()) {
    if (window.size() > kMaxSocks4TextBytes)
      return fail(ErrorKind::Malformed, "a SOCKS4 text is over 255 octets");
    return std::nullopt;
  }
  const auto length = static_cast<std::size_t>(end - window.begin());
  std::string text(tlscore::as_text(window.first(length)));
  static_cast<void>(reader.bytes(length + 1));
  return text;
}

/// 0.0.0.x with x not zero says that a name follows (SOCKS 4A).
bool announces_name(std::uint32_t address) {
  return address != 0 && address <= 0xff;
}

std::string dotted_quad(std::uint32_t address) {
  return std::to_string(address >> 24U) + "." + std::to_string(address >> 16U & 0xffU) + "." +
         std::to_string(address >> 8U & 0xffU) + "." + std::to_string(address & 0xffU);
}

}  // namespace

Result<std::optional<Socks4Request>> parse_socks4_request(ByteView input) {
  ByteReader reader(input);
  const auto version = reader.u8();
  if (version && *version != kVersion) return fail(ErrorKind::Malformed, "not SOCKS4");
  const auto command = reader.u8();
  const auto port = reader.u16();
  const auto address = reader.u32();
  if (!command || !port || !address) return std::nullopt;
  if (*port == 0 && *command == static_cast<std::uint8_t>(Socks4Command::Connect)) {
    return fail(ErrorKind::Malformed, "a SOCKS4 CONNECT to port 0");
  }
  if (!TRY(read_text(reader))) return std::nullopt;  // the user ID

  Host host{dotted_quad(*address), true};
  if (announces_name(*address)) {
    const auto name = TRY(read_text(reader));
    if (!name) return std::nullopt;
    host = TRY(parse_host(*name));
  }
  return Socks4Request{.command = static_cast<Socks4Command>(*command),
                       .destination = {std::move(host.text), *port, host.is_address},
                       .wire_bytes = input.size() - reader.left()};
}

tlscore::Bytes make_socks4_reply(Socks4Reply reply) {
  return {0, static_cast<std::uint8_t>(reply), 0, 0, 0, 0, 0, 0};
}

}  // namespace proxy
