// Renders problems and writes our own responses.
#include "proxy/page.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "proxy/html.h"
#include "proxy/visible_text.h"

namespace proxy {
namespace {

Page html_page(const Problem& problem) {
  return make_html_page(
      problem.status, problem.title,
      "<p>" + escape_html(problem.what_happened) + "</p>\n<p>" + escape_html(problem.what_to_do) + "</p>\n");
}

std::string render_text(const Problem& problem) {
  return visible_text(problem.title) + "\n\n" + visible_text(problem.what_happened) + "\n" +
         visible_text(problem.what_to_do) + "\n";
}

std::string render_json(const Problem& problem) {
  const nlohmann::ordered_json json = {{"status", problem.status},
                                       {"title", visible_text(problem.title)},
                                       {"what_happened", visible_text(problem.what_happened)},
                                       {"what_to_do", visible_text(problem.what_to_do)}};
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
    case 303: return "See Other";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 413: return "Content Too Large";
    case 415: return "Unsupported Media Type";
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

HttpResponse page_response(const Page& page) {
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
  return response;
}

}  // namespace

std::string page_policy(std::string_view style) {
  return "default-src 'none'; " + std::string(style) +
         "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

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
    case PageFormat::Html: return html_page(problem).body;
    case PageFormat::Json: return render_json(problem);
    case PageFormat::Text: break;
  }
  return render_text(problem);
}

HttpResponseHead write_page_head(const Page& page, const HttpClientSide& client) {
  HttpResponse response = page_response(page);
  response.framing.kind = HttpFraming::Kind::UntilClose;
  return write_response(response, client);
}

std::string write_page(const Page& page, const HttpClientSide& client) {
  HttpResponse response = page_response(page);
  response.announced_length = page.body.size();
  if (!client.head) response.framing = {HttpFraming::Kind::Length, page.body.size()};
  return write_response(response, client).text + (client.head ? "" : page.body);
}

std::string write_problem(const Problem& problem, PageFormat format, const HttpClientSide& client) {
  if (format == PageFormat::Html) {
    Page page = html_page(problem);
    page.headers.insert(page.headers.end(), problem.headers.begin(), problem.headers.end());
    return write_page(page, client);
  }
  return write_page({.status = problem.status,
                     .content_type = std::string(content_type(format)),
                     .body = render_problem(problem, format),
                     .headers = problem.headers},
                    client);
}

}  // namespace proxy
