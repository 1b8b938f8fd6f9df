// Single values of the configuration: each function reads one kind of text.
//
// Pure. Every one fails with Malformed and half a sentence that goes on from the value, `is no port (1 to
// 65535)`; the reader of the file (config_reader.h) puts file, line, key and value before it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "proxy/config.h"

namespace proxy {

/// `0s`, `90s`, `15m`, `1h`, `2d`: a whole number and one unit, a year at most.
[[nodiscard]] tlscore::Result<std::chrono::seconds> parse_duration(std::string_view text);

/// 1 to 65535.
[[nodiscard]] tlscore::Result<std::uint16_t> parse_port(std::int64_t number);

/// A loopback literal with a port (127.0.0.0/8, `[::1]`), or an absolute path that fits a UNIX socket's
/// address.
[[nodiscard]] tlscore::Result<ListenAddress> parse_listen_address(std::string_view text);

/// An address, with or without a port: `192.0.2.1`, `192.0.2.1:53`, `2001:db8::1`, `[2001:db8::1]:53`.
[[nodiscard]] tlscore::Result<ServerAddress> parse_dns_server(std::string_view text);

/// `HOST:PORT`, HOST a name or an address.
[[nodiscard]] tlscore::Result<ServerAddress> parse_memcached_server(std::string_view text);

/// An OpenPGP version 4 fingerprint: 40 hexadecimal digits of either case, blanks between them allowed as gpg
/// prints them. Returned in lower case without blanks.
[[nodiscard]] tlscore::Result<std::string> parse_fingerprint(std::string_view text);

/// Base64 of 32 octets.
[[nodiscard]] tlscore::Result<tlscore::Bytes> parse_pin(std::string_view text);

/// `auto`, `ask`, `none`, an OpenPGP fingerprint, a key's SHA-256 (64 hexadecimal digits) or a PKCS#11 URI.
/// Fails with Refused, and a whole sentence that does not repeat the value, where the URI carries a PIN (RFC
/// 7512 section 2.4).
[[nodiscard]] tlscore::Result<Identity> parse_identity(std::string_view text);

/// A path from the root.
[[nodiscard]] tlscore::Result<std::string> parse_absolute_path(std::string_view text);

/// `auto`, `soft`, `gpg-agent`, a p11-kit module's name, or an absolute path.
[[nodiscard]] tlscore::Result<std::string> parse_module(std::string_view text);

/// Printable text of at most 1024 octets, empty allowed.
[[nodiscard]] tlscore::Result<std::string> parse_plain_text(std::string_view text);

}  // namespace proxy
