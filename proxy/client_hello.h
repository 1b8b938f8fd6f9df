// Looks into a TLS ClientHello (RFC 8446, section 4.1.2) for the name that the client asks for.
//
// It serves the log and the choice of mode; it is no TLS engine and keeps nothing else of the message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tlscore/base/bytes.h"
#include "tlscore/base/result.h"

namespace proxy {

struct ClientHello {
  std::optional<std::string> sni;  ///< server_name (RFC 6066, section 3): lower case, no trailing dot.
  std::vector<std::string> alpn;   ///< Protocol names in the client's order (RFC 7301); may hold any octets.
  std::vector<std::uint16_t> versions;  ///< supported_versions, else legacy_version alone; GREASE included.
};

/// The handshake message's limit, and the limit of the input that is looked at.
inline constexpr std::size_t kMaxClientHelloBytes = 16 * 1024;

/// Reads the ClientHello that `input` begins with; it may span records and reads.
///
/// Returns std::nullopt while octets are missing: call again with the same and more.
/// Fails with TooLarge over kMaxClientHelloBytes (records' headers included), and with Malformed on anything
/// that the RFCs forbid in what is read here: another content type or message, a record that is empty or over
/// 2^14 octets, lengths that do not add up, an extension twice, a server name that is no host name.
[[nodiscard]] tlscore::Result<std::optional<ClientHello>> parse_client_hello(tlscore::ByteView input);

}  // namespace proxy
