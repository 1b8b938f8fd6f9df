// Renders problems and writes our own responses.
#include "proxy/page.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace proxy {
namespace {

/// Allowed by its hash; tests/unit/page_test.cc tells the hash of what stands here.
constexpr std::string_view kStyle =
    ":root{color-scheme:light dark}"
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:38rem;margin:12vh auto;padding:0 1.5rem;"
    "overflow-wrap:anywhere}"
    "h1{font-size:1.5rem;line-height:1.25}"
    "footer{margin-top:3rem;font-size:.9rem;opacity:.75}";
constexpr std::string_view kStyleHash = "sha256-f/PNKMa6nSpsD5Dswz0p6Ahlf1xsStyVqYqiVwAGKCY=";

std::string page_policy(std::string_view style) {
  return "default-src 'none'; " + std::string(style) +
         "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

bool is_control(std::string_view text, std::size_t i) {
  const auto octet = static_cast<unsigned char>(text[i]);
  // U+0080 to U+009F are controls too, and terminals obey them: 0xc2 and then 0x80 to 0x9f in UTF-8.
  const bool is_c1 =
      octet >= 0x80 && octet <= 0x9f && i > 0 && static_cast<unsigned char>(text[i - 1]) == 0xc2;
  return octet < 0x20 || octet == 0x7f || is_c1;
}

/// Without characters that a terminal or a browser would obey.
std::string printable(std::string_view text) {
  std::string result(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_control(text, i)) result[i] = '?';
  }
  return result;
}

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : printable(text)) {
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

std::string render_html(const Problem& problem) {
  const std::string title = escaped(problem.title);
  return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
         title + "</title>\n<style>" + std::string(kStyle) + "</style>\n</head>\n<body>\n<main>\n<h1>" +
         title + "</h1>\n<p>" + escaped(problem.what_happened) + "</p>\n<p>" + escaped(problem.what_to_do) +
         "</p>\n</main>\n<footer>Latchkey, on this machine (" + std::to_string(problem.status) +
         ")</footer>\n</body>\n</html>\n";
}

std::string render_text(const Problem& problem) {
  return printable(problem.title) + "\n\n" + printable(problem.what_happened) + "\n" +
         printable(problem.what_to_do) + "\n";
}

std::string render_json(const Problem& problem) {
  const nlohmann::ordered_json json = {{"status", problem.status},
                                       {"title", printable(problem.title)},
                                       {"what_happened", printable(problem.what_happened)},
                                       {"what_to_do", printable(problem.what_to_do)}};
  // Octets that are no UTF-8 become U+FFFD; without that, dump() would throw.
  return json.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

std::string_view content_type(PageFormat format) {
  switch (format) {
    case PageFormat::Html: return "text/html; charset=utf-8";
    case PageFormat::Json: return "application/json";
    case PageFormat::Text: break;
  }
  return "text/plain; charset=utf-8";
}

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200: return "OK";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 421: return "Misdirected Request";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "";
  }
}

void add_unless_there(HttpHeaders& headers, std::string_view name, std::string_view value) {
  if (find_header(headers, name) == nullptr) headers.push_back({std::string(name), std::string(value)});
}

}  // namespace

PageFormat wanted_format(const HttpHeaders& headers) {
  for (const std::string& range : list_members(headers, "Accept")) {
    const std::string_view type = std::string_view(range).substr(0, range.find_first_of("; \t"));
    if (type == "text/html") return PageFormat::Html;
    if (type == "application/json") return PageFormat::Json;
  }
  return PageFormat::Text;
}

std::string render_problem(const Problem& problem, PageFormat format) {
  switch (format) {
    case PageFormat::Html: return render_html(problem);
    case PageFormat::Json: return render_json(problem);
    case PageFormat::Text: break;
  }
  return render_text(problem);
}

std::string write_page(const Page& page, const HttpClientSide& client) {
  HttpResponse response;
  response.status = page.status;
  response.reason = reason_phrase(page.status);
  response.headers = page.headers;
  add_unless_there(response.headers, "Content-Type", page.content_type);
  add_unless_there(response.headers, "Cache-Control", "no-store");
  add_unless_there(response.headers, "X-Content-Type-Options", "nosniff");
  // Otherwise any web page could load our answers as a script, and the PAC with them.
  add_unless_there(response.headers, "Cross-Origin-Resource-Policy", "same-origin");
  add_unless_there(response.headers, "Referrer-Policy", "no-referrer");
  add_unless_there(response.headers, "Content-Security-Policy", page_policy(""));
  response.announced_length = page.body.size();
  if (!client.head) response.framing = {HttpFraming::Kind::Length, page.body.size()};
  return write_response(response, client).text + (client.head ? "" : page.body);
}

std::string write_problem(const Problem& problem, PageFormat format, const HttpClientSide& client) {
  Page page{.status = problem.status,
            .content_type = std::string(content_type(format)),
            .body = render_problem(problem, format),
            .headers = {}};
  if (format == PageFormat::Html) {
    const std::string style = "style-src '" + std::string(kStyleHash) + "'; ";
    page.headers.push_back({"Content-Security-Policy", page_policy(style)});
  }
  return write_page(page, client);
}

}  // namespace proxy
