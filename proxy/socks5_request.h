// SOCKS5 as a client speaks it to us: greeting, user name and password, request (RFC 1928, RFC 1929).
//
// Pure parsing: no sockets and no libevent, so tests and the fuzzer call it directly. Each parser reads one
// message from the front of its input, which is only borrowed, and returns std::nullopt while octets are
// missing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "proxy/authority.h"
#include "proxy/credential.h"
#include "tlscore/base/bytes.h"
#include "tlscore/base/result.h"

namespace proxy {

enum class Socks5Method : std::uint8_t { None = 0x00, Password = 0x02, NoneAcceptable = 0xff };

/// The methods that a client offers (RFC 1928, section 3), as far as we know them.
struct Socks5Greeting {
  bool offers_none;
  bool offers_password;
  std::size_t wire_bytes;  ///< How much of the input it took; the caller drops that much.
};

/// Fails with Malformed on a version that is not 5, or a list of no methods.
[[nodiscard]] tlscore::Result<std::optional<Socks5Greeting>> parse_socks5_greeting(tlscore::ByteView input);

/// Our choice among them.
[[nodiscard]] tlscore::Bytes make_socks5_method_reply(Socks5Method method);

/// What follows where the password method was chosen (RFC 1929, section 2).
struct Socks5Login {
  Credential credential;
  std::size_t wire_bytes;
};

/// Fails with Malformed on a version that is not 1, or an empty user name or password.
[[nodiscard]] tlscore::Result<std::optional<Socks5Login>> parse_socks5_login(tlscore::ByteView input);

/// After `accepted == false` the connection must be closed.
[[nodiscard]] tlscore::Bytes make_socks5_login_reply(bool accepted);

enum class Socks5Command : std::uint8_t { Connect = 1, Bind = 2, UdpAssociate = 3 };

/// One whole request. Owns its text; nothing points into the input.
struct Socks5Request {
  Socks5Command command;   ///< As sent, so it may be a value the RFC does not define.
  Authority destination;   ///< Port 0 only when not Connect.
  std::size_t wire_bytes;  ///< How much of the input it took; the caller drops that much.
};

/// Fails with Unsupported for an unknown address type (answer 0x08, section 6) and with Malformed for
/// anything else the RFC or parse_host forbids (answer 0x01): a version that is not 5, a reserved octet that
/// is not 0, a bad name, port 0 in a CONNECT.
[[nodiscard]] tlscore::Result<std::optional<Socks5Request>> parse_socks5_request(tlscore::ByteView input);

/// REP of RFC 1928, section 6.
enum class Socks5Reply : std::uint8_t {
  Succeeded = 0x00,
  GeneralFailure = 0x01,
  NotAllowed = 0x02,
  NetworkUnreachable = 0x03,
  HostUnreachable = 0x04,
  ConnectionRefused = 0x05,
  TtlExpired = 0x06,
  CommandNotSupported = 0x07,  ///< BIND, UDP ASSOCIATE and whatever is undefined.
  AddressTypeNotSupported = 0x08,
};

/// The reply to a request. The bound address is 0.0.0.0:0: the one we dial from is nobody's business.
[[nodiscard]] tlscore::Bytes make_socks5_reply(Socks5Reply reply);

}  // namespace proxy
