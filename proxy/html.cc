// Escaping, and the frame of every page.
#include "proxy/html.h"

#include "proxy/visible_text.h"

namespace proxy {
namespace {

/// Allowed by its hash; tests/unit/page_test.cc tells the hash of what stands here.
constexpr std::string_view kStyle =
    ":root{color-scheme:light dark}"
    "body{font:1.05rem/1.5 system-ui,sans-serif;max-width:46rem;margin:8vh auto;padding:0 1.5rem;"
    "overflow-wrap:anywhere}"
    "h1{font-size:1.5rem;line-height:1.25}h2{font-size:1.15rem;margin-top:2rem}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.2rem}dt{font-weight:600}dd{margin:0}"
    "table{border-collapse:collapse;width:100%;font-size:.95rem}"
    "th,td{text-align:left;vertical-align:top;padding:.35rem .8rem .35rem 0;border-bottom:1px solid #8886}"
    "@media(max-width:34rem){dl{display:block}dd{margin:0 0 .6rem}}"
    "footer{margin-top:3rem;font-size:.9rem;opacity:.75}";
constexpr std::string_view kStyleHash = "sha256-L9bInt93OZfvAzMrmJSbW/ee3r1TAVpxSILo8euN99U=";

}  // namespace

std::string escape_html(std::string_view text) {
  std::string result;
  for (const char c : visible_text(text)) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      case '\'': result += "&#39;"; break;
      default: result += c;
    }
  }
  return result;
}

Page make_html_page(int status, std::string_view title, std::string_view main) {
  const std::string safe_title = escape_html(title);
  std::string html =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
      safe_title + "</title>\n<style>" + std::string(kStyle) + "</style>\n</head>\n<body>\n<main>\n<h1>" +
      safe_title + "</h1>\n" + std::string(main) + "</main>\n<footer>Latchkey, on this machine";
  if (status != 200) html += " (" + std::to_string(status) + ")";
  html += "</footer>\n</body>\n</html>\n";
  return {
      .status = status,
      .content_type = "text/html; charset=utf-8",
      .body = std::move(html),
      .headers = {{"Content-Security-Policy", page_policy("style-src '" + std::string(kStyleHash) + "'; ")}}};
}

}  // namespace proxy
