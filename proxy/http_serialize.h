// Writes HTTP/1.1 messages anew from what was parsed; nothing of a peer's octets is copied past the parser.
//
// What concerns one connection only (RFC 9110, section 7.6.1) stays behind: Connection and every field it
// lists, Proxy-Connection, Keep-Alive, TE, Trailer, Transfer-Encoding, Upgrade, and the fields of proxy
// authentication, with the credential of `latchkey exec` in them. Framing is made anew. Values hold no CR or
// LF, or they would not have been parsed, so no message can be split.
//
// No Via and no X-Forwarded-For: the proxy and the program are one user on one machine, so they would tell
// the party nothing but that Latchkey is there; and servers answer worse where they see a Via (nginx stops
// compressing).
#pragma once

#include <cstddef>
#include <string>

#include "proxy/http_message.h"
#include "tlscore/base/bytes.h"

namespace proxy {

/// A request towards its party: origin-form or `*`, HTTP/1.1, Host from the target (in origin-form: from
/// Host), the framing of `request.framing`, an upgrade where one is asked for. A party that shall close
/// behind its response is told so by `keep_alive == false`. Not for CONNECT.
[[nodiscard]] std::string write_request(const HttpRequest& request, bool keep_alive);

/// Who reads a response.
struct HttpClientSide {
  int minor_version = 1;
  bool keep_alive = true;  ///< It may send another request; told back to it.
  bool head = false;       ///< It asked with HEAD.
};

[[nodiscard]] HttpClientSide client_side(const HttpRequest& request);

/// A response's header as the client gets it, and what follows from it.
struct HttpResponseHead {
  std::string text;
  HttpFraming framing;  ///< For write_body_piece and write_body_end.
  bool keep_alive;  ///< If not, the connection is to be closed behind the body; that may be the body's end.
};

/// A response towards the client: HTTP/1.1, length kept where there is one, else chunked, or, for HTTP/1.0,
/// until the close. An interim response is only for clients of HTTP/1.1 (RFC 9110, section 15.2): do not
/// write it to others.
[[nodiscard]] HttpResponseHead write_response(const HttpResponse& response, const HttpClientSide& client);

/// Appends a piece of a body in its framing. An empty piece appends nothing (an empty chunk would be the last
/// one).
void write_body_piece(const HttpFraming& framing, tlscore::ByteView piece, tlscore::Bytes& output);

/// The same without the copy: what goes before and behind `piece_bytes` octets, which are more than 0.
[[nodiscard]] std::string body_piece_prefix(const HttpFraming& framing, std::size_t piece_bytes);
[[nodiscard]] std::string_view body_piece_suffix(const HttpFraming& framing);

/// Appends what ends a body: the last chunk, or nothing.
void write_body_end(const HttpFraming& framing, tlscore::Bytes& output);

}  // namespace proxy
