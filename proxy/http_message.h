// HTTP/1.1 messages after parsing: what a request asks, what a response says, where a body ends (RFC 9112).
//
// Plain values. Whoever holds one knows that the parser's rules held: no value has CR, LF or NUL in it, the
// framing is unambiguous, the target is well-formed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/authority.h"

namespace proxy {

struct HttpHeader {
  std::string name;   ///< As it was sent; compare without case.
  std::string value;  ///< Without white space around it.

  friend bool operator==(const HttpHeader&, const HttpHeader&) = default;
};

using HttpHeaders = std::vector<HttpHeader>;

/// The first value of that name, or null. Borrowed from `headers`.
[[nodiscard]] const std::string* find_header(const HttpHeaders& headers, std::string_view name);

[[nodiscard]] std::size_t count_headers(const HttpHeaders& headers, std::string_view name);

/// The members of a comma-separated list (RFC 9110, section 5.6.1) in all headers of that name, in order,
/// trimmed, lower case; empty ones left out. Not for values that may quote a comma.
[[nodiscard]] std::vector<std::string> list_members(const HttpHeaders& headers, std::string_view name);

/// How a body's end is told (RFC 9112, section 6).
struct HttpFraming {
  enum class Kind : std::uint8_t {
    None,    ///< No body, and none was announced.
    Length,  ///< `length` octets, which may be 0.
    Chunked,
    UntilClose,  ///< Responses only.
  };
  Kind kind = Kind::None;
  std::uint64_t length = 0;  ///< Of Kind::Length only.

  friend bool operator==(const HttpFraming&, const HttpFraming&) = default;
};

/// The four forms of a request target (RFC 9112, section 3.2).
enum class HttpTargetForm : std::uint8_t { Origin, Absolute, Authority, Asterisk };

struct HttpTarget {
  HttpTargetForm form = HttpTargetForm::Origin;
  std::string scheme;   ///< "http" or "https" in absolute-form, else empty.
  Authority authority;  ///< In absolute-form and authority-form (CONNECT).
  std::string path;     ///< Path and query, from its slash; "*" for the whole server; empty for CONNECT.

  friend bool operator==(const HttpTarget&, const HttpTarget&) = default;
};

struct HttpRequest {
  std::string method;  ///< As sent: methods have case.
  HttpTarget target;
  int minor_version = 1;          ///< HTTP/1.0 or HTTP/1.1.
  HttpHeaders headers;            ///< All of them as sent and in order, Host and hop-by-hop ones included.
  std::optional<Authority> host;  ///< The Host field in origin- and asterisk-form, port 80 if it names none.
  HttpFraming framing;            ///< None, Length or Chunked.
  bool keep_alive = true;         ///< The client may send another request after this one.
  bool expect_continue = false;   ///< It waits for a 100 before it sends the body (RFC 9110, section 10.1.1).
  std::string upgrade;            ///< The protocols it would change to (RFC 9110, section 7.8); empty: none.
};

struct HttpResponse {
  int status = 0;  ///< 100 to 599.
  std::string reason;
  int minor_version = 1;
  HttpHeaders headers;
  HttpFraming framing;
  std::optional<std::uint64_t> announced_length;  ///< Content-Length, also where no body comes (HEAD, 304).
  bool keep_alive = true;                         ///< The party takes another request after this response.
  std::string upgrade;                            ///< Of a 101: what the connection speaks from here on.

  [[nodiscard]] bool is_interim() const { return status < 200 && status != 101; }
};

}  // namespace proxy
