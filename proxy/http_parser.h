// Reads HTTP/1.1 messages from octets as they come: the header into a value, the body through a sink.
//
// The syntax is Boost.Beast's to read, the line structure http_header_block.h's, the meaning http_rules.h's.
// Nothing but the header and an unfinished chunk line is ever held. One parser reads one message; no sockets
// here.
#pragma once

#include <concepts>
#include <functional>
#include <memory>

#include "proxy/http_header_block.h"
#include "proxy/http_message.h"
#include "proxy/http_rules.h"
#include "tlscore/base/bytes.h"
#include "tlscore/base/result.h"

namespace proxy {

/// Takes a piece of a body, chunking undone. Borrowed until it returns; it must not destroy the parser.
using HttpBodySink = std::move_only_function<void(tlscore::ByteView)>;

/// Octets of chunk extensions in one message, of an unfinished chunk line, and of trailers.
inline constexpr std::size_t kMaxChunkOverheadBytes = 16UL * 1024;

/// Message is HttpRequest or HttpResponse.
template <class Message>
class HttpParser {
 public:
  explicit HttpParser(HttpLimits limits = {})
    requires std::same_as<Message, HttpRequest>;
  explicit HttpParser(HttpResponseContext context, HttpLimits limits = {})
    requires std::same_as<Message, HttpResponse>;
  ~HttpParser();
  HttpParser(HttpParser&&) noexcept;
  HttpParser& operator=(HttpParser&&) noexcept;
  HttpParser(const HttpParser&) = delete;
  HttpParser& operator=(const HttpParser&) = delete;

  /// Takes octets and returns how many; what it took need not be offered again.
  ///
  /// It takes all, but stops behind the header until resume_body(), and behind the message. What is left
  /// belongs to the body, to the next message, to the tunnel (CONNECT) or to the new protocol (101). Fails as
  /// HttpHeaderBlock::feed, check_request_line, make_request and make_response do, with Malformed on any
  /// other breach of RFC 9112, bad chunks included, and with TooLarge over kMaxChunkOverheadBytes. A failed
  /// parser fails for ever; status_for() tells what to answer.
  tlscore::Result<std::size_t> consume(tlscore::ByteView input);

  /// Lets the body through, to `sink`. Trailers are read and dropped.
  void resume_body(HttpBodySink sink);

  /// The octets have ended. Ends a body that lasts until the close; fails with Closed in the middle of a
  /// message.
  tlscore::Result<void> end_of_input();

  /// True from the first octet on: until then the peer is idle, not slow.
  [[nodiscard]] bool begun() const;
  [[nodiscard]] bool header_done() const;
  /// Also without resume_body(), where no body follows.
  [[nodiscard]] bool message_done() const;
  /// After header_done() only. Lives as long as the parser.
  [[nodiscard]] const Message& message() const;
  /// Moves it out; message() is not to be called any more.
  [[nodiscard]] Message take_message();

 private:
  class Impl;
  std::unique_ptr<Impl> m_impl;
};

/// Reads what a client sends.
using HttpRequestParser = HttpParser<HttpRequest>;

/// Reads what a party sends. An interim response (HttpResponse::is_interim) is a message of its own: pass it
/// on and make another parser with the same context for the one that follows.
using HttpResponseParser = HttpParser<HttpResponse>;

extern template class HttpParser<HttpRequest>;
extern template class HttpParser<HttpResponse>;

}  // namespace proxy
