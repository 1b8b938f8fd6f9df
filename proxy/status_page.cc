// HTML from the report that `latchkey status` gives too.
#include "proxy/status_page.h"

#include <nlohmann/json.hpp>

#include "proxy/html.h"
#include "proxy/status_report.h"

namespace proxy {

using namespace tlscore;
using nlohmann::json;

namespace {

std::string text_of(const json& value) {
  return escape_html(value.is_string() ? value.get<std::string>() : value.dump());
}

std::string term(std::string_view name, const std::string& html) {
  return "<dt>" + std::string(name) + "</dt><dd>" + html + "</dd>\n";
}

/// A table with a row for each of `items`, a column for each of `fields`; a sentence where there are none.
std::string table(const json& items, const std::vector<std::pair<std::string, std::string>>& fields,
                  std::string_view none) {
  if (items.empty()) return "<p>" + std::string(none) + "</p>\n";
  std::string html = "<table><thead><tr>";
  for (const auto& [field, title] : fields) html += "<th scope=\"col\">" + title + "</th>";
  html += "</tr></thead><tbody>\n";
  for (const json& item : items) {
    html += "<tr>";
    for (const auto& [field, title] : fields) {
      html += "<td>" + text_of(item.at(field).is_array() ? item.at(field).at(0) : item.at(field)) + "</td>";
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table>\n";
}

std::string token_list(const json& token) {
  std::string html = "<dl>\n";
  html +=
      term("State", "<strong>" + text_of(token["state"]) + "</strong>" +
                        (token["reason"].get<std::string>().empty() ? "" : ": " + text_of(token["reason"])));
  if (token.contains("label"))
    html += term("Name", text_of(token["label"]) + ", serial " + text_of(token["serial"]));
  if (token.contains("place")) html += term("Where", text_of(token["place"]));
  if (token["file_key"].get<bool>())
    html += term("Protection", "file key, no protection: for trying things out");
  if (token["pin_prompt"].get<bool>()) html += term("PIN", "is being asked for now");
  for (const json& key : token["keys"]) {
    html += term("Key", text_of(key["type"]) + " <code>" + text_of(key["fingerprint"]) + "</code>");
  }
  return html + "</dl>\n";
}

std::string token_section(const json& report) {
  const json& tokens = report["tokens"];
  if (tokens.empty()) return "<h2>Token</h2>\n" + token_list(report["token"]);
  std::string html = tokens.size() == 1 ? "<h2>Token</h2>\n" : "<h2>Tokens</h2>\n";
  for (const json& token : tokens) html += token_list(token);
  return html;
}

std::string next_section(const json& report) {
  const std::string pac = text_of(report["pac"]);
  const bool armed = report["armed"].get<bool>();
  std::string html = "<h2>What to do next</h2>\n";
  if (!armed) html += "<p>Insert your token, or run <code>latchkey unlock</code> if it is in.</p>\n";
  return html + "<p>Point your browser's automatic proxy configuration at <code>" + pac +
         "</code>. Parties are listed in <code>config.toml</code>; <code>latchkey explain URL</code> tells "
         "how one is "
         "judged.</p>\n";
}

}  // namespace

Page status_page(Services& services, PageFormat format) {
  const json report = status_report(services);
  if (format == PageFormat::Json)
    return {.status = 200, .content_type = "application/json", .body = report.dump(2) + "\n", .headers = {}};
  if (format == PageFormat::Text) {
    return {.status = 200,
            .content_type = "text/plain; charset=utf-8",
            .body = status_text(report),
            .headers = {}};
  }
  std::string html = token_section(report) + next_section(report) + "<h2>Parties</h2>\n";
  html += table(report["parties"], {{"hosts", "Host"}, {"trust", "Trusted by"}, {"local", "Local mode"}},
                "None yet.");
  html += "<h2>Connections</h2>\n";
  html += table(report["connections"],
                {{"party", "Party"},
                 {"asked_by", "By"},
                 {"phase", "Now"},
                 {"protocol", "Protocol"},
                 {"bytes_to_party", "Sent"},
                 {"bytes_to_client", "Received"}},
                "None at the moment.");
  html += "<h2>Last refusals</h2>\n";
  html += table(report["refusals"], {{"when", "When"}, {"asked_for", "What"}, {"reason", "Why"}}, "None.");
  return make_html_page(200, "Latchkey", html);
}

}  // namespace proxy
