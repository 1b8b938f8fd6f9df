// Responses of our own: pages and refusals, whole and small.
#pragma once

#include <string>
#include <string_view>

#include "proxy/http_message.h"

namespace proxy {

struct OwnResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body{};
  bool keep_alive = false;
  bool head = false;           ///< Answers HEAD: the body stays out, its length does not.
  std::string more_headers{};  ///< Whole lines with CRLF, of our own making.
};

/// The whole response. Every one carries `X-Content-Type-Options: nosniff`, `Cross-Origin-Resource-Policy:
/// same-origin`, `Cache-Control: no-store` (unless more_headers says otherwise), and a policy that lets a
/// page run no script and load nothing.
[[nodiscard]] std::string make_response(const OwnResponse& response);

/// The request comes from somebody who reads HTML: `Accept` names text/html.
[[nodiscard]] bool wants_html(const HttpRequest& request);

/// `& < > " '` as references.
[[nodiscard]] std::string escape_html(std::string_view text);

/// A page with our look around `body`, which is HTML; the title is escaped here. Light and dark, readable on
/// a phone.
[[nodiscard]] std::string html_page(std::string_view title, std::string_view body);

/// "Not Found" for 404, and so on (RFC 9110, section 15).
[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace proxy
