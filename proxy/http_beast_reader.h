// Collects what Boost.Beast reports of one message. For http_parser.cc only: nobody else needs Beast's
// headers.
#pragma once

// Beast asserts that the last chunk's line is never offered with fewer than five octets, although reading
// octet by octet does so and it copes. An assertion that a peer can reach must not be one.
#define BOOST_DISABLE_ASSERTS

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <concepts>
#include <limits>

#include "proxy/http_parser.h"

namespace proxy {

template <class Message>
inline constexpr bool kIsRequest = std::same_as<Message, HttpRequest>;

/// Collects what Beast reports. Callbacks return errors through `ec`; the sentence waits in `m_error`.
template <class Message>
class HttpBeastReader final : public boost::beast::http::basic_parser<kIsRequest<Message>> {
 public:
  /// `max_fields` bounds the trailers; the header's fields were counted already.
  HttpBeastReader(HttpResponseContext context, std::size_t max_fields)
      : m_context(context), m_max_fields(max_fields) {
    this->body_limit(boost::none);  // bodies of any length: nothing of them is held
    // Limits and lines are HttpHeaderBlock's.
    this->header_limit(std::numeric_limits<std::uint32_t>::max());
    this->eager(true);
  }

  /// Offers octets; returns how many were used. Fewer than offered means that a line is not whole yet.
  tlscore::Result<std::size_t> offer(tlscore::ByteView input) {
    boost::beast::error_code ec;
    const std::size_t used = this->put(boost::asio::const_buffer(input.data(), input.size()), ec);
    if (!ec || ec == boost::beast::http::error::need_more) return used;
    if (m_error) return tlscore::fail(*m_error);
    return tlscore::fail(tlscore::ErrorKind::Malformed, "not valid HTTP/1.1: " + ec.message());
  }

  [[nodiscard]] Message& message() { return m_message; }
  void set_sink(HttpBodySink sink) { m_sink = std::move(sink); }

 private:
  using BeastView = boost::beast::string_view;
  using ErrorCode = boost::beast::error_code;
  static std::string text(BeastView view) { return {view.data(), view.size()}; }

  void refuse(tlscore::Error error, ErrorCode& ec) {
    m_error = std::move(error);
    ec = boost::beast::http::error::bad_value;
  }

  void on_request_impl(boost::beast::http::verb /*verb*/, BeastView method, BeastView target, int version,
                       ErrorCode& /*ec*/) override {
    m_method = text(method);
    m_target = text(target);
    m_minor_version = version % 10;
  }

  void on_response_impl(int status, BeastView reason, int version, ErrorCode& /*ec*/) override {
    m_status = status;
    m_target = text(reason);
    m_minor_version = version % 10;
  }

  void on_field_impl(boost::beast::http::field /*field*/, BeastView name, BeastView value,
                     ErrorCode& ec) override {
    if (!m_has_header) {
      m_headers.push_back({text(name), text(value)});
      return;
    }
    // Trailers could only change a message that was judged already (RFC 9110, section 6.5.1): dropped.
    m_trailer_bytes += name.size() + value.size();
    if (m_trailer_bytes > kMaxChunkOverheadBytes || ++m_trailers > m_max_fields) {
      refuse({tlscore::ErrorKind::TooLarge, "the trailers are too large"}, ec);
    }
  }

  tlscore::Result<Message> make() {
    if constexpr (kIsRequest<Message>) {
      return make_request(std::move(m_method), m_target, m_minor_version, std::move(m_headers));
    } else {
      return make_response(m_status, std::move(m_target), m_minor_version, std::move(m_headers), m_context);
    }
  }

  void on_header_impl(ErrorCode& ec) override {
    m_has_header = true;
    auto made = make();
    if (!made) return refuse(std::move(made.error()), ec);
    m_message = std::move(*made);
    // Two readings of one message are how requests are smuggled. Ours and Beast's must be the same.
    const bool is_chunked = m_message.framing.kind == HttpFraming::Kind::Chunked;
    const bool has_length = m_message.framing.kind == HttpFraming::Kind::Length;
    const bool agrees =
        (!is_chunked || this->chunked()) &&
        (!has_length || this->content_length() == boost::make_optional(m_message.framing.length));
    if (!agrees) refuse({tlscore::ErrorKind::Malformed, "the end of the body can be read in two ways"}, ec);
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/, ErrorCode& /*ec*/) override {}

  std::size_t on_body_impl(BeastView body, ErrorCode& /*ec*/) override {
    if (!body.empty()) m_sink(tlscore::as_bytes({body.data(), body.size()}));
    return body.size();
  }

  void on_chunk_header_impl(std::uint64_t /*size*/, BeastView extensions, ErrorCode& ec) override {
    m_extension_bytes += extensions.size();
    if (m_extension_bytes > kMaxChunkOverheadBytes) {
      return refuse({tlscore::ErrorKind::TooLarge, "the chunk extensions are too large"}, ec);
    }
    // Beast lets anything stand between quotes.
    const auto is_control = [](char c) {
      return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    };
    if (std::ranges::any_of(extensions, is_control)) {
      refuse({tlscore::ErrorKind::Malformed, "a chunk extension has a control character"}, ec);
    }
  }

  std::size_t on_chunk_body_impl(std::uint64_t /*remain*/, BeastView body, ErrorCode& ec) override {
    return on_body_impl(body, ec);
  }

  void on_finish_impl(ErrorCode& /*ec*/) override {}

  HttpResponseContext m_context;
  std::size_t m_max_fields;
  HttpBodySink m_sink = [](tlscore::ByteView) {};
  std::string m_method;
  std::string m_target;  // of a request; the reason of a response
  int m_status = 0;
  int m_minor_version = 1;
  HttpHeaders m_headers;
  Message m_message;
  bool m_has_header = false;
  std::size_t m_extension_bytes = 0;
  std::size_t m_trailer_bytes = 0;
  std::size_t m_trailers = 0;
  std::optional<tlscore::Error> m_error;
};

}  // namespace proxy
