// Markup.
#include "proxy/html_parts.h"

#include <nlohmann/json.hpp>

#include "proxy/html.h"
#include "proxy/plain_figures.h"
#include "tlscore/x509/date.h"

namespace proxy {

using namespace tlscore;
using nlohmann::json;

namespace {

std::string moment(const std::string& rfc3339, std::chrono::sys_seconds now, std::string_view behind) {
  const auto when = x509::parse_rfc3339(rfc3339);
  const std::string shown = when ? age_text(now - *when) + std::string(behind) : rfc3339;
  const std::string safe = escape_html(rfc3339);
  return "<time datetime=\"" + safe + "\" title=\"" + safe + "\">" + escape_html(shown) + "</time>";
}

}  // namespace

std::string foreign(const json& text) {
  return "<bdi>" + escape_html(text.is_string() ? text.get<std::string>() : text.dump()) + "</bdi>";
}

std::string heading(std::string_view id, std::string_view title) {
  return "<h2 id=\"" + std::string(id) + "-title\" tabindex=\"-1\">" + std::string(title) + "</h2>\n";
}

// The roles say again what the elements are: a style that makes blocks of them takes that from them.
std::string html_table(std::string_view caption, const std::vector<std::string>& titles,
                       const std::vector<HtmlRow>& rows) {
  std::string html = "<table role=\"table\"><caption class=\"unseen\">" + std::string(caption) +
                     "</caption>\n<thead role=\"rowgroup\"><tr role=\"row\">";
  for (const std::string& title : titles) html += R"(<th role="columnheader" scope="col">)" + title + "</th>";
  html += "</tr></thead>\n<tbody role=\"rowgroup\">\n";
  for (const HtmlRow& row : rows) {
    html += "<tr role=\"row\"" + (row.id.empty() ? "" : " id=\"" + row.id + "\"") + ">";
    for (std::size_t i = 0; i < titles.size(); ++i) {
      const bool heads = i == 0;
      html += heads ? R"(<th role="rowheader" scope="row">)"
                    : R"(<td role="cell" data-label=")" + titles[i] + "\">";
      html += row.html.at(i) + (heads ? "</th>" : "</td>");
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table>\n";
}

std::string html_term(std::string_view name, const std::string& html) {
  return "<dt>" + std::string(name) + "</dt><dd>" + html + "</dd>\n";
}

std::string html_ago(const std::string& rfc3339, std::chrono::sys_seconds now) {
  return moment(rfc3339, now, " ago");
}

std::string html_age(const std::string& rfc3339, std::chrono::sys_seconds now) {
  return moment(rfc3339, now, "");
}

std::string html_action(const HtmlAction& action, const std::string& page_key) {
  std::string html = "<form method=\"post\" action=\"" + escape_html(action.path) + "\">";
  html += R"(<input type="hidden" name="key" value=")" + escape_html(page_key) + "\">";
  for (const auto& [name, value] : action.fields) {
    html += R"(<input type="hidden" name=")" + escape_html(name) + "\" value=\"" + escape_html(value) + "\">";
  }
  html += "<button type=\"submit\"";
  if (!action.id.empty()) html += " id=\"" + escape_html(action.id) + "\"";
  if (!action.says.empty()) html += " aria-label=\"" + escape_html(action.says) + "\"";
  return html + ">" + escape_html(action.text) + "</button></form>\n";
}

}  // namespace proxy
