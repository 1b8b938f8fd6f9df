// Chooses the fields that go on, and writes them.
#include "proxy/http_serialize.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "tlscore/base/bytes.h"

namespace proxy {
namespace {

using Kind = HttpFraming::Kind;

/// Content-Length is end-to-end, but framing is ours to write. HTTP2-Settings goes with an upgrade to h2c,
/// which we do not pass on.
constexpr std::array<std::string_view, 12> kNeverPassedOn = {"connection",
                                                             "proxy-connection",
                                                             "keep-alive",
                                                             "te",
                                                             "trailer",
                                                             "transfer-encoding",
                                                             "upgrade",
                                                             "content-length",
                                                             "http2-settings",
                                                             "proxy-authenticate",
                                                             "proxy-authorization",
                                                             "proxy-authentication-info"};

void write_field(std::string& text, std::string_view name, std::string_view value) {
  text.append(name).append(": ").append(value).append("\r\n");
}

/// The fields that concern both ends, but those named `remade`.
void write_end_to_end(std::string& text, const HttpHeaders& headers, std::string_view remade) {
  std::vector<std::string> dropped = list_members(headers, "Connection");
  std::ranges::move(list_members(headers, "Proxy-Connection"), std::back_inserter(dropped));
  dropped.insert(dropped.end(), kNeverPassedOn.begin(), kNeverPassedOn.end());
  dropped.emplace_back(remade);
  for (const HttpHeader& header : headers) {
    const bool is_dropped = std::ranges::find(dropped, tlscore::to_lower(header.name)) != dropped.end();
    if (!is_dropped) write_field(text, header.name, header.value);
  }
}

void write_framing(std::string& text, const HttpFraming& framing) {
  if (framing.kind == Kind::Length) write_field(text, "Content-Length", std::to_string(framing.length));
  if (framing.kind == Kind::Chunked) write_field(text, "Transfer-Encoding", "chunked");
}

void write_upgrade(std::string& text, std::string_view protocols) {
  write_field(text, "Connection", "Upgrade");
  write_field(text, "Upgrade", protocols);
}

/// Empty for an HTTP/1.0 request to us without Host, which goes nowhere else.
std::string host_of(const HttpRequest& request) {
  constexpr std::uint16_t kHttpPort = 80;
  constexpr std::uint16_t kHttpsPort = 443;
  const HttpTarget& target = request.target;
  if (target.form == HttpTargetForm::Absolute) {
    return host_field(target.authority, target.scheme == "https" ? kHttpsPort : kHttpPort);
  }
  return request.host ? host_field(*request.host, kHttpPort) : std::string();
}

/// How the body goes to the client: HTTP/1.0 knows no chunks.
HttpFraming framing_for(const HttpResponse& response, const HttpClientSide& client) {
  const bool has_no_length =
      response.framing.kind == Kind::Chunked || response.framing.kind == Kind::UntilClose;
  if (!has_no_length) return response.framing;
  return {client.minor_version > 0 ? Kind::Chunked : Kind::UntilClose};
}

void write_connection(std::string& text, bool keep_alive, int minor_version) {
  if (!keep_alive) write_field(text, "Connection", "close");
  if (keep_alive && minor_version == 0) write_field(text, "Connection", "keep-alive");
}

}  // namespace

std::string write_request(const HttpRequest& request, bool keep_alive) {
  std::string text = request.method + " " + request.target.path + " HTTP/1.1\r\n";
  write_field(text, "Host", host_of(request));
  // An expectation of HTTP/1.0 does not count (RFC 9110, section 10.1.1), and we write HTTP/1.1.
  HttpHeaders headers = request.headers;
  if (request.minor_version == 0) {
    std::erase_if(headers,
                  [](const auto& header) { return tlscore::equal_ignoring_case(header.name, "Expect"); });
  }
  write_end_to_end(text, headers, "host");
  write_framing(text, request.framing);
  if (!request.upgrade.empty()) {
    write_upgrade(text, request.upgrade);
  } else if (!keep_alive) {
    write_field(text, "Connection", "close");
  }
  return text + "\r\n";
}

HttpClientSide client_side(const HttpRequest& request) {
  return {.minor_version = request.minor_version,
          .keep_alive = request.keep_alive,
          .head = request.method == "HEAD"};
}

HttpResponseHead write_response(const HttpResponse& response, const HttpClientSide& client) {
  HttpResponseHead head{
      .text = "HTTP/1.1 " + std::to_string(response.status) + " " + response.reason + "\r\n",
      .framing = framing_for(response, client),
      .keep_alive = client.keep_alive};
  write_end_to_end(head.text, response.headers, "content-length");
  if (response.status == 101) {
    write_upgrade(head.text, response.upgrade);
  } else if (!response.is_interim()) {
    if (head.framing.kind == Kind::UntilClose) head.keep_alive = false;
    // A HEAD or a 304 tells the length of what it leaves out.
    const bool tells_length =
        head.framing.kind == Kind::None && response.status != 204 && response.announced_length;
    write_framing(head.text,
                  tells_length ? HttpFraming{Kind::Length, *response.announced_length} : head.framing);
    write_connection(head.text, head.keep_alive, client.minor_version);
  }
  head.text += "\r\n";
  return head;
}

std::string body_piece_prefix(const HttpFraming& framing, std::size_t piece_bytes) {
  if (framing.kind != Kind::Chunked) return {};
  std::array<char, 2 * sizeof(piece_bytes)> digits{};
  constexpr int kHexadecimal = 16;
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), piece_bytes, kHexadecimal);
  return std::string(digits.data(), result.ptr) + "\r\n";
}

std::string_view body_piece_suffix(const HttpFraming& framing) {
  return framing.kind == Kind::Chunked ? "\r\n" : "";
}

void write_body_piece(const HttpFraming& framing, tlscore::ByteView piece, tlscore::Bytes& output) {
  if (piece.empty()) return;
  const auto append = [&](tlscore::ByteView octets) {
    output.insert(output.end(), octets.begin(), octets.end());
  };
  append(tlscore::as_bytes(body_piece_prefix(framing, piece.size())));
  append(piece);
  append(tlscore::as_bytes(body_piece_suffix(framing)));
}

void write_body_end(const HttpFraming& framing, tlscore::Bytes& output) {
  if (framing.kind != Kind::Chunked) return;
  constexpr std::string_view kLastChunk = "0\r\n\r\n";
  output.insert(output.end(), kLastChunk.begin(), kLastChunk.end());
}

}  // namespace proxy
