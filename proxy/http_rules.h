// What a well-formed HTTP message must also be before we act on it (RFC 9112; DESIGN: "Who may use the
// port").
//
// Boost.Beast reads the syntax; here stands what it lets through. Each function is given the parts that were
// read and returns what they make. The kind of a failure tells the status that answers it: status_for().
#pragma once

#include <string>
#include <string_view>

#include "proxy/http_message.h"
#include "tlscore/base/result.h"

namespace proxy {

/// Checks the version at the end of a request line as soon as the line is there, so that HTTP/0.9 and the
/// preface of HTTP/2 are answered without waiting for fields that never come. Fails with Unsupported for a
/// version other than 1.0 and 1.1, and with Malformed where there is none.
tlscore::Result<void> check_request_line(std::string_view line);

/// Reads a request target as the method wants it (RFC 9112, section 3.2). Fails with Malformed on a bad
/// authority, userinfo, a fragment, a scheme that is neither http nor https, a CONNECT without port, an
/// asterisk without OPTIONS.
tlscore::Result<HttpTarget> parse_target(std::string_view method, std::string_view text);

/// Fails with Malformed on a bad target, on two Hosts, on a Host that is bad or missing where it decides, on
/// Transfer-Encoding that is not exactly `chunked` or comes with HTTP/1.0 or with Content-Length, on a
/// Content-Length that is no plain number or differs from another, and on a CONNECT with a body.
tlscore::Result<HttpRequest> make_request(std::string method, std::string_view target, int minor_version,
                                          HttpHeaders headers);

/// What the request was that a response answers: it decides whether a body follows.
struct HttpResponseContext {
  bool head = false;
  bool connect = false;
  bool upgrade = false;  ///< An upgrade was asked for; else a 101 is an error.
};

/// The same rules of framing, and Malformed also for a status outside 100 to 599 or a 101 that nobody asked
/// for.
tlscore::Result<HttpResponse> make_response(int status, std::string reason, int minor_version,
                                            HttpHeaders headers, HttpResponseContext context);

/// The status that answers a request which failed so: 431 for TooLarge, 505 for Unsupported, else 400.
[[nodiscard]] int status_for(const tlscore::Error& error);

}  // namespace proxy
