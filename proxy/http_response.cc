// Header, escaping, and one small style.
#include "proxy/http_response.h"

#include <array>
#include <utility>

#include "tlscore/base/bytes.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr auto kReasons = std::to_array<std::pair<int, std::string_view>>({
    {200, "OK"},
    {400, "Bad Request"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {421, "Misdirected Request"},
    {431, "Request Header Fields Too Large"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
});

constexpr std::string_view kStyle =
    ":root{color-scheme:light dark}"
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
    "h1{font-size:1.5rem;line-height:1.2}h2{font-size:1.1rem;margin-top:2rem}"
    "dt{font-weight:600}dd{margin:0 0 .6rem;overflow-wrap:anywhere}"
    "table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem "
    ".3rem 0;"
    "overflow-wrap:anywhere}th{border-bottom:1px solid}code{font-size:.95em;overflow-wrap:anywhere}";

}  // namespace

std::string_view reason_phrase(int status) {
  for (const auto& [number, reason] : kReasons) {
    if (number == status) return reason;
  }
  return "Error";
}

std::string escape_html(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      case '\'': escaped += "&#39;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

std::string html_page(std::string_view title, std::string_view body) {
  const std::string safe_title = escape_html(title);
  std::string page = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n";
  page += "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<title>" + safe_title +
          "</title>\n";
  page += "<style>" + std::string(kStyle) + "</style>\n<main>\n<h1>" + safe_title + "</h1>\n";
  page += body;
  return page + "</main>\n</html>\n";
}

bool wants_html(const HttpRequest& request) {
  const std::string* accept = find_header(request.headers, "Accept");
  return accept != nullptr && to_lower(*accept).find("text/html") != std::string::npos;
}

std::string make_response(const OwnResponse& response) {
  std::string text = "HTTP/1.1 " + std::to_string(response.status) + " " +
                     std::string(reason_phrase(response.status)) + "\r\n";
  text += "Content-Type: " + response.content_type +
          "\r\nContent-Length: " + std::to_string(response.body.size()) + "\r\n";
  text += "X-Content-Type-Options: nosniff\r\nCross-Origin-Resource-Policy: same-origin\r\n";
  text +=
      "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; "
      "base-uri 'none'\r\n";
  text += "Referrer-Policy: no-referrer\r\n";
  if (response.more_headers.find("Cache-Control:") == std::string::npos)
    text += "Cache-Control: no-store\r\n";
  text += response.more_headers;
  text += response.keep_alive ? "Connection: keep-alive\r\n\r\n" : "Connection: close\r\n\r\n";
  if (!response.head) text += response.body;
  return text;
}

}  // namespace proxy
