// Targets, Host, framing and connection options, in that order.
#include "proxy/http_rules.h"

#include <algorithm>
#include <charconv>

#include "tlscore/base/bytes.h"

namespace proxy {
namespace {

using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// `http://authority/path?query`; the path may be missing.
Result<HttpTarget> parse_absolute(std::string_view method, std::string_view text) {
  const std::size_t colon = text.find("://");
  const std::string scheme = tlscore::to_lower(text.substr(0, std::min(colon, text.size())));
  if (colon == std::string_view::npos || (scheme != "http" && scheme != "https")) {
    return fail(ErrorKind::Malformed, "the target is neither a path nor an http or https address");
  }
  const std::string_view rest = text.substr(colon + 3);
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  Authority authority = TRY(parse_authority(rest.substr(0, end), scheme == "http" ? kHttpPort : kHttpsPort));
  std::string path(rest.substr(end));
  // RFC 9112, section 3.2.4: OPTIONS without a path asks about the whole server.
  if (path.empty()) path = method == "OPTIONS" ? "*" : "/";
  if (path.starts_with('?')) path.insert(0, "/");
  return HttpTarget{HttpTargetForm::Absolute, scheme, std::move(authority), std::move(path)};
}

Result<std::optional<Authority>> read_host(const HttpHeaders& headers, HttpTargetForm form,
                                           int minor_version) {
  if (count_headers(headers, "Host") > 1)
    return fail(ErrorKind::Malformed, "the request has two Host fields");
  // In the other forms the target says where to go, and the field does not count.
  if (form == HttpTargetForm::Absolute || form == HttpTargetForm::Authority) return std::nullopt;
  const std::string* host = find_header(headers, "Host");
  if (host != nullptr) return TRY(parse_authority(*host, kHttpPort));
  if (minor_version > 0) return fail(ErrorKind::Malformed, "the request has no Host field");
  return std::nullopt;
}

Result<std::optional<std::uint64_t>> read_content_length(const HttpHeaders& headers) {
  std::optional<std::uint64_t> length;
  for (const HttpHeader& header : headers) {
    if (!tlscore::equal_ignoring_case(header.name, "Content-Length")) continue;
    std::uint64_t value = 0;
    const char* const end = header.value.data() + header.value.size();
    const auto [stop, code] = std::from_chars(header.value.data(), end, value);
    // from_chars takes no sign and no white space of an unsigned number.
    if (code != std::errc{} || stop != end)
      return fail(ErrorKind::Malformed, "Content-Length is no plain number");
    if (length && *length != value) return fail(ErrorKind::Malformed, "two Content-Length fields differ");
    length = value;
  }
  return length;
}

/// What the fields announce, whether or not a body comes.
Result<HttpFraming> read_framing(const HttpHeaders& headers, int minor_version) {
  const auto length = TRY(read_content_length(headers));
  const std::size_t codings = count_headers(headers, "Transfer-Encoding");
  if (codings == 0) {
    return length ? HttpFraming{HttpFraming::Kind::Length, *length} : HttpFraming{};
  }
  if (length) return fail(ErrorKind::Malformed, "Transfer-Encoding and Content-Length come together");
  if (minor_version == 0) return fail(ErrorKind::Malformed, "Transfer-Encoding comes with HTTP/1.0");
  if (codings > 1 || !tlscore::equal_ignoring_case(*find_header(headers, "Transfer-Encoding"), "chunked")) {
    return fail(ErrorKind::Malformed, "Transfer-Encoding is not exactly \"chunked\"");
  }
  return HttpFraming{HttpFraming::Kind::Chunked};
}

/// RFC 9112, section 9.3. "close" wins over "keep-alive".
bool keeps_alive(const std::vector<std::string>& options, int minor_version) {
  const auto has = [&](std::string_view option) {
    return std::ranges::find(options, option) != options.end();
  };
  return !has("close") && (minor_version > 0 || has("keep-alive"));
}

/// The protocols of an upgrade that is really asked for or granted, as they were sent.
std::string read_upgrade(const HttpHeaders& headers, const std::vector<std::string>& options,
                         int minor_version) {
  const bool is_listed = std::ranges::find(options, "upgrade") != options.end();
  if (!is_listed || minor_version == 0 || count_headers(headers, "Upgrade") != 1) return {};
  // h2c is HTTP/2 without TLS, and nothing leaves us without TLS (RFC 9113, section 3.1 has retired it as
  // well).
  const auto protocols = list_members(headers, "Upgrade");
  if (std::ranges::find(protocols, "h2c") != protocols.end()) return {};
  return *find_header(headers, "Upgrade");
}

Result<void> allow_switch(const HttpResponse& response, bool asked) {
  if (!asked) return fail(ErrorKind::Malformed, "the party changes the protocol, which nobody asked for");
  if (response.upgrade.empty())
    return fail(ErrorKind::Malformed, "the party changes to a protocol it does not name");
  return {};
}

bool never_has_body(int status, HttpResponseContext context) {
  const bool is_tunnel = context.connect && status / 100 == 2;
  return context.head || is_tunnel || status / 100 == 1 || status == 204 || status == 304;
}

}  // namespace

Result<void> check_request_line(std::string_view line) {
  const std::string_view version = line.substr(line.rfind(' ') + 1);
  const bool is_version = version.size() == 8 && version.starts_with("HTTP/") && is_digit(version[5]) &&
                          version[6] == '.' && is_digit(version[7]);
  if (!is_version) return fail(ErrorKind::Malformed, "the request line names no HTTP version");
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return fail(ErrorKind::Unsupported, "the request is of an HTTP version other than 1.0 and 1.1");
  }
  return {};
}

Result<HttpTarget> parse_target(std::string_view method, std::string_view text) {
  if (method == "CONNECT") {
    return HttpTarget{HttpTargetForm::Authority, "", TRY(parse_authority(text)), ""};
  }
  if (text.contains('#')) return fail(ErrorKind::Malformed, "the target has a fragment");
  if (text.starts_with('/')) return HttpTarget{HttpTargetForm::Origin, "", {}, std::string(text)};
  if (text != "*") return parse_absolute(method, text);
  if (method != "OPTIONS") return fail(ErrorKind::Malformed, "the target * is for OPTIONS only");
  return HttpTarget{HttpTargetForm::Asterisk, "", {}, "*"};
}

Result<HttpRequest> make_request(std::string method, std::string_view target, int minor_version,
                                 HttpHeaders headers) {
  HttpRequest request;
  request.target = TRY(parse_target(method, target));
  request.host = TRY(read_host(headers, request.target.form, minor_version));
  request.framing = TRY(read_framing(headers, minor_version));
  const bool is_connect = request.target.form == HttpTargetForm::Authority;
  const bool has_body = request.framing.kind == HttpFraming::Kind::Chunked || request.framing.length != 0;
  if (is_connect && has_body) return fail(ErrorKind::Malformed, "a CONNECT has a body");

  std::vector<std::string> options = list_members(headers, "Connection");
  if (!is_connect) request.upgrade = read_upgrade(headers, options, minor_version);
  std::ranges::move(list_members(headers, "Proxy-Connection"), std::back_inserter(options));
  request.keep_alive = keeps_alive(options, minor_version);
  const auto expectations = list_members(headers, "Expect");
  request.expect_continue =
      minor_version > 0 && std::ranges::find(expectations, "100-continue") != expectations.end();
  request.method = std::move(method);
  request.minor_version = minor_version;
  request.headers = std::move(headers);
  return request;
}

Result<HttpResponse> make_response(int status, std::string reason, int minor_version, HttpHeaders headers,
                                   HttpResponseContext context) {
  if (status < 100 || status > 599)
    return fail(ErrorKind::Malformed, "the status is not between 100 and 599");
  HttpResponse response;
  response.status = status;
  response.reason = std::move(reason);
  response.minor_version = minor_version;
  const HttpFraming announced = TRY(read_framing(headers, minor_version));
  if (announced.kind == HttpFraming::Kind::Length) response.announced_length = announced.length;
  const std::vector<std::string> options = list_members(headers, "Connection");
  response.keep_alive = keeps_alive(options, minor_version);
  if (status == 101) {
    response.upgrade = read_upgrade(headers, options, minor_version);
    TRY(allow_switch(response, context.upgrade));
  }
  const bool is_framed = announced.kind != HttpFraming::Kind::None;
  if (!never_has_body(status, context)) {
    response.framing = is_framed ? announced : HttpFraming{HttpFraming::Kind::UntilClose};
    response.keep_alive = response.keep_alive && is_framed;
  } else if (status == 204 && is_framed && !context.head) {
    // A party that frames what has no body (RFC 9110, section 8.6) may well send one: do not read on behind
    // it.
    response.keep_alive = false;
  }
  response.headers = std::move(headers);
  return response;
}

int status_for(const tlscore::Error& error) {
  switch (error.kind) {
    case ErrorKind::TooLarge: return 431;
    case ErrorKind::Unsupported: return 505;
    default: return 400;
  }
}

}  // namespace proxy
