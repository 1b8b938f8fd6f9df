// The frame around the parts.
#include "proxy/status_page.h"

#include <nlohmann/json.hpp>

#include "proxy/html.h"
#include "proxy/local_leaves.h"
#include "proxy/page_state.h"
#include "proxy/status_report.h"
#include "proxy/version.h"
#include "tlscore/x509/date.h"

namespace proxy {

using namespace tlscore;
using nlohmann::json;

namespace {

/// Its own style and script, its own events, its own forms; nothing inline, and nothing from anywhere else.
constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

constexpr std::string_view kHead =
    "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Latchkey</title>\n"
    "<link rel=\"icon\" href=\"/icon.svg\">\n<link rel=\"stylesheet\" href=\"/status.css\">\n"
    "<script src=\"/status.js\" defer></script>\n</head>\n<body>\n<div class=\"page\">\n"
    "<a class=\"skip\" href=\"#main\">Go to the content</a>\n<header><h1>Latchkey</h1>\n";

std::string section_html(const StatusSection& section) {
  const std::string_view kind = section.id == "state" ? "" : " class=\"card\"";
  return "<section id=\"" + section.id + "\"" + std::string(kind) + " aria-labelledby=\"" + section.id +
         "-title\" data-live>" + section.html + "</section>\n";
}

std::string whole_page(const std::vector<StatusSection>& sections) {
  std::string html(kHead);
  html += "<p id=\"live\">As things were at " + escape_html(x509::to_rfc3339(x509::now()).substr(11, 8)) +
          " UTC. <a href=\"/\">Load again</a></p></header>\n<main id=\"main\" tabindex=\"-1\">\n"
          "<p id=\"said\" class=\"unseen\" role=\"status\"></p>\n";
  for (const StatusSection& section : sections) {
    // What happens, and beside it what there is; below each other where the screen is narrow.
    if (section.id == "connections") html += "<div class=\"columns\"><div>\n";
    if (section.id == "token") html += "</div><div>\n";
    html += section_html(section);
  }
  html += "</div></div>\n</main>\n<footer>Latchkey " + std::string(kVersion) +
          ", on this machine. The same in a terminal: <code>latchkey "
          "status</code></footer>\n</div>\n</body>\n</html>\n";
  return html;
}

}  // namespace

std::vector<StatusSection> current_sections(const Services& services) {
  services.pages.browsers.refresh(services.settings, services.leaves.token_key());
  StatusContext context{.page_key = services.pages.key, .now = x509::now()};
  if (services.pages.questions != nullptr) context.questions = services.pages.questions->open();
  return status_sections(live_report(services), context);
}

Page status_page(Services& services, PageFormat format) {
  if (format == PageFormat::Json) {
    return {.status = 200,
            .content_type = "application/json",
            .body = status_report(services).dump(2, ' ', false, json::error_handler_t::replace) + "\n",
            .headers = {}};
  }
  if (format == PageFormat::Text) {
    return {.status = 200,
            .content_type = "text/plain; charset=utf-8",
            .body = status_text(status_report(services)),
            .headers = {}};
  }
  return {.status = 200,
          .content_type = "text/html; charset=utf-8",
          .body = whole_page(current_sections(services)),
          .headers = {{"Content-Security-Policy", std::string(kPolicy)},
                      // Without a referrer a browser would send its forms with `Origin: null`.
                      {"Referrer-Policy", "same-origin"},
                      {"Cross-Origin-Opener-Policy", "same-origin"}}};
}

}  // namespace proxy
