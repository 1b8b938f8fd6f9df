// Feeds Boost.Beast, and holds what it cannot use yet.
#include "proxy/http_parser.h"

#include <algorithm>
#include <cassert>

#include "proxy/http_beast_reader.h"

namespace proxy {
namespace {

using tlscore::ByteView;
using tlscore::Error;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

/// How much is copied behind an unfinished chunk line at a time, to see whether it is whole now.
constexpr std::size_t kPieceBytes = 512;

/// Some parties leave out the space that must follow the status (RFC 9112, section 4) when no reason follows
/// it. There is one way to read that, so it is put in.
std::string with_reason(const HttpHeaderBlock& block) {
  constexpr std::size_t kStatusEnd = std::string_view("HTTP/1.1 200").size();
  std::string text = block.text();
  if (block.start_line().size() == kStatusEnd) text.insert(kStatusEnd, 1, ' ');
  return text;
}

}  // namespace

template <class Message>
class HttpParser<Message>::Impl {
 public:
  Impl(HttpResponseContext context, HttpLimits limits)
      : m_block(limits), m_reader(context, limits.header_fields) {}

  Result<std::size_t> consume(ByteView input) {
    if (m_failure) return fail(*m_failure);
    auto taken = take(input);
    if (!taken) m_failure = taken.error();
    return taken;
  }

  Result<void> end_of_input() {
    if (m_failure) return fail(*m_failure);
    m_done = m_done || m_lasts_until_close;
    if (!m_done) return fail(ErrorKind::Closed, "the connection was closed in the middle of a message");
    return {};
  }

  void resume_body(HttpBodySink sink) {
    m_reader.set_sink(std::move(sink));
    m_resumed = true;
  }

  [[nodiscard]] bool begun() const { return m_begun; }
  [[nodiscard]] bool header_done() const { return m_has_header; }
  [[nodiscard]] bool message_done() const { return m_done; }
  [[nodiscard]] Message& message() { return m_reader.message(); }

 private:
  Result<std::size_t> take(ByteView input) {
    m_begun = m_begun || !input.empty();
    std::size_t taken = 0;
    if (!m_has_header) taken = TRY(take_header(input));
    if (m_has_header && m_resumed && !m_done) taken += TRY(take_body(input.subspan(taken)));
    return taken;
  }

  Result<std::size_t> take_header(ByteView input) {
    const std::size_t taken = TRY(m_block.feed(input));
    if constexpr (kIsRequest<Message>) {
      if (m_block.has_start_line()) TRY(check_request_line(m_block.start_line()));
    }
    if (!m_block.whole()) return taken;
    const std::string text = kIsRequest<Message> ? m_block.text() : with_reason(m_block);
    const std::size_t used = TRY(m_reader.offer(tlscore::as_bytes(text)));
    if (used != text.size() || !m_reader.is_header_done()) {
      return fail(ErrorKind::Malformed, "the header can be read in two ways");
    }
    m_block = HttpHeaderBlock();  // gives the memory back
    m_has_header = true;
    const HttpFraming& framing = m_reader.message().framing;
    m_lasts_until_close = framing.kind == HttpFraming::Kind::UntilClose;
    m_done = framing == HttpFraming{} || framing == HttpFraming{HttpFraming::Kind::Length, 0};
    return taken;
  }

  Result<std::size_t> take_body(ByteView input) {
    std::size_t taken = 0;
    while (taken < input.size() && !m_done) {
      taken += TRY(m_pending.empty() ? offer(input.subspan(taken)) : offer_pending(input.subspan(taken)));
      m_done = m_reader.is_done();
    }
    return taken;
  }

  /// Offers the input itself. What Beast leaves is the beginning of a line, and is kept.
  Result<std::size_t> offer(ByteView input) {
    const std::size_t used = TRY(m_reader.offer(input));
    if (m_reader.is_done()) return used;
    const ByteView rest = input.subspan(used);
    m_pending.assign(rest.begin(), rest.end());
    TRY(check_pending());
    return input.size();
  }

  /// Offers what was kept and a little more. Once the line is whole, the input itself goes on.
  Result<std::size_t> offer_pending(ByteView input) {
    const std::size_t kept = m_pending.size();
    const ByteView piece = input.first(std::min(kPieceBytes, input.size()));
    m_pending.insert(m_pending.end(), piece.begin(), piece.end());
    const std::size_t used = TRY(m_reader.offer(m_pending));
    if (used == 0) {
      TRY(check_pending());
      return piece.size();
    }
    if (used < kept) return fail(ErrorKind::Internal, "Boost.Beast used less than a line");
    m_pending.clear();
    return used - kept;
  }

  [[nodiscard]] Result<void> check_pending() const {
    if (m_pending.size() > kMaxChunkOverheadBytes) {
      return fail(ErrorKind::TooLarge, "a chunk's line or the trailers are too large");
    }
    return {};
  }

  HttpHeaderBlock m_block;
  HttpBeastReader<Message> m_reader;
  tlscore::Bytes m_pending;  // an unfinished chunk line, or unfinished trailers
  bool m_begun = false;
  bool m_has_header = false;
  bool m_lasts_until_close = false;
  bool m_resumed = false;
  bool m_done = false;
  std::optional<Error> m_failure;
};

template <class Message>
HttpParser<Message>::HttpParser(HttpLimits limits)
  requires std::same_as<Message, HttpRequest>
    : m_impl(std::make_unique<Impl>(HttpResponseContext{}, limits)) {}

template <class Message>
HttpParser<Message>::HttpParser(HttpResponseContext context, HttpLimits limits)
  requires std::same_as<Message, HttpResponse>
    : m_impl(std::make_unique<Impl>(context, limits)) {}

template <class Message>
HttpParser<Message>::~HttpParser() = default;
template <class Message>
HttpParser<Message>::HttpParser(HttpParser&&) noexcept = default;
template <class Message>
HttpParser<Message>& HttpParser<Message>::operator=(HttpParser&&) noexcept = default;

template <class Message>
Result<std::size_t> HttpParser<Message>::consume(ByteView input) {
  return m_impl->consume(input);
}

template <class Message>
void HttpParser<Message>::resume_body(HttpBodySink sink) {
  m_impl->resume_body(std::move(sink));
}

template <class Message>
Result<void> HttpParser<Message>::end_of_input() {
  return m_impl->end_of_input();
}

template <class Message>
bool HttpParser<Message>::begun() const {
  return m_impl->begun();
}

template <class Message>
bool HttpParser<Message>::header_done() const {
  return m_impl->header_done();
}

template <class Message>
bool HttpParser<Message>::message_done() const {
  return m_impl->message_done();
}

template <class Message>
const Message& HttpParser<Message>::message() const {
  assert(header_done());
  return m_impl->message();
}

template <class Message>
Message HttpParser<Message>::take_message() {
  assert(header_done());
  return std::move(m_impl->message());
}

template class HttpParser<HttpRequest>;
template class HttpParser<HttpResponse>;

}  // namespace proxy
