// Rows.
#include "proxy/status_tables.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ranges>

#include "proxy/connection_report.h"
#include "proxy/html.h"
#include "proxy/html_parts.h"
#include "proxy/plain_figures.h"

namespace proxy {

using nlohmann::json;

namespace {

std::string words(const json& text) {
  return text.get<std::string>();
}

std::string small(const std::string& html) {
  return "<span class=\"small\">" + html + "</span>";
}

std::string line(const std::string& html) {
  return "<div>" + html + "</div>";
}

/// A word with a colour, which says nothing that the word does not say.
std::string badge(std::string_view kind, std::string_view text) {
  return "<span class=\"badge " + std::string(kind) + "\">" + std::string(text) + "</span>";
}

std::string verdict_badge(const json& verdict) {
  if (verdict == "pass") return badge("good", "trusted");
  return badge("bad", verdict == "fail" ? "refused" : "not proven");
}

std::string findings_list(const json& findings) {
  std::string html = "<details><summary>Evidence</summary><ul>";
  for (const json& finding : findings) {
    html += "<li><strong>" + foreign(finding["assessor"]) + "</strong>: " + foreign(finding["verdict"]) +
            (finding["warning"].get<bool>() ? ", take care: " : ", ") + foreign(finding["reason"]) + "</li>";
  }
  return html + "</ul></details>";
}

std::string judgement_html(const json& judgement, bool names_host, std::chrono::sys_seconds now) {
  std::string html = "<div class=\"judgement\">" + verdict_badge(judgement["verdict"]) + " ";
  if (names_host) html += foreign(judgement["destination"]) + ", ";
  html += html_ago(words(judgement["when"]), now) + line(foreign(judgement["summary"]));
  return html + findings_list(judgement["findings"]) + "</div>";
}

std::string judgements_html(const json& judgements, bool names_host, std::chrono::sys_seconds now) {
  if (judgements.empty()) return small("Not visited since Latchkey was started.");
  std::string html;
  for (const json& judgement : judgements | std::views::take(kShownJudgements))
    html += judgement_html(judgement, names_host, now);
  return html;
}

std::string hosts_html(const json& party) {
  std::string html;
  for (const json& host : party["hosts"]) html += line(foreign(host));
  if (const json& ports = party["ports"]; ports != json::array({443})) {
    std::string list;
    for (const json& port : ports) list += (list.empty() ? "" : ", ") + port.dump();
    html += small((ports.size() == 1 ? "port " : "ports ") + list);
  }
  if (party["demo"].get<bool>()) html += small("built in, for trying things out");
  return html;
}

std::string key_html(const json& party) {
  if (party["identity"] == "none") return "No key is ever shown.";
  if (party["key"].is_null()) return small("None now: " + foreign(party["key_problem"]));
  // Enough to tell one from another; the token's part of the page has the whole of it.
  constexpr std::size_t kShownDigits = 16;
  const auto key = words(party["key"]);
  return "<code class=\"whole\" title=\"" + escape_html(key) + "\">" +
         escape_html(key.substr(0, kShownDigits)) + "…</code>";
}

/// Who showed what, or that nobody did.
std::string side_html(std::string_view who, const json& summary) {
  const std::string shown = summary_text(summary);
  return line("<strong>" + std::string(who) + "</strong> showed " +
              (shown.empty() ? "nothing" : foreign(json(shown))));
}

std::string protocol_html(const json& connection) {
  const auto alpn = words(connection["alpn"]);
  std::string html;
  if (const json& protocol = connection["protocol"]; !words(protocol).empty()) {
    html += line(foreign(protocol));
    html += small(alpn.empty() ? "no ALPN" : "ALPN " + foreign(connection["alpn"]));
    if (connection["resumed"].get<bool>()) html += small("resumed");
  }
  return html.empty() ? small("Nothing yet.") : html;
}

std::string destination_html(const json& connection, std::chrono::sys_seconds now) {
  const auto local = words(connection["local"]);
  return line(foreign(connection["party"])) +
         small(foreign(connection["phase"]) + ", open for " + html_age(words(connection["since"]), now)) +
         small("by " + escape_html(words(connection["asked_by"])) +
               (local.empty() ? "" : ", local mode " + escape_html(local)));
}

std::string sides_html(const json& connection) {
  if (words(connection["protocol"]).empty()) return small("Nothing yet.");
  std::string html = side_html("It", connection["peer"]) + side_html("You", connection["shown"]);
  if (connection["shown_in_clear"].get<bool>())
    html += small("In TLS 1.2 your certificate crossed the network in clear.");
  if (!words(connection["judgement"]).empty()) html += small(foreign(connection["judgement"]));
  return html;
}

std::string bytes_html(const json& connection) {
  const auto size = [&](const char* field) { return size_text(connection[field].get<std::uint64_t>()); };
  return line("sent " + size("bytes_to_party")) + line("received " + size("bytes_to_client"));
}

std::string number(const json& value) {
  return std::to_string(value.get<std::uint64_t>());
}

std::string refusals_table(const json& refusals, std::string_view who, std::string_view none,
                           std::chrono::sys_seconds now) {
  if (refusals.empty()) return "<p>" + std::string(none) + "</p>\n";
  std::vector<HtmlRow> rows;
  for (const json& refusal : refusals | std::views::reverse | std::views::take(kShownRefusals)) {
    rows.push_back({.html = {foreign(refusal["asked_for"]), foreign(refusal["reason"]),
                             html_ago(words(refusal["when"]), now)}});
  }
  return html_table("What was refused, the newest first", {std::string(who), "Why not", "When"}, rows);
}

/// A client of a gate's.
HtmlRow gate_row(const json& gate, const json& client, std::chrono::sys_seconds now,
                 const std::string& page_key) {
  const std::string id = number(client["id"]);
  const HtmlAction close{.path = "/close",
                         .text = "Close",
                         .says = "Close the connection of " + words(client["party"]),
                         .fields = {{"connection", id}, {"gate", words(gate["listen"])}}};
  return {
      .id = "client-" + escape_html(words(gate["listen"])) + "-" + id,
      .html = {line(foreign(client["party"])) +
                   small(foreign(client["phase"]) + ", open for " + html_age(words(client["since"]), now)),
               foreign(client["protocol"]), side_html("It", client["peer"]), html_action(close, page_key)}};
}

}  // namespace

std::string parties_html(const json& report, std::chrono::sys_seconds now) {
  std::string html = heading("parties", "Parties");
  if (report["parties"].empty()) return html + "<p>None yet: what to do next says how to add one.</p>\n";
  std::vector<HtmlRow> rows;
  for (const json& party : report["parties"]) {
    const bool names_host = party["hosts"].size() > 1 || words(party["hosts"][0]).starts_with('*');
    rows.push_back({.html = {hosts_html(party), judgements_html(party["judgements"], names_host, now),
                             line("<code>" + foreign(party["trust"]) + "</code>"), key_html(party)}});
  }
  html += html_table("The parties that you have selected",
                     {"Party", "What was found last", "Trusted by", "Your key"}, rows);
  const json& cache = report["cache"];
  return html + "<p class=\"small\">Findings that are remembered now: " + number(cache["remembered"]) +
         ". Questions that one of them answered: " + number(cache["hits"]) +
         "; that were asked anew: " + number(cache["misses"]) + ".</p>\n";
}

std::string connections_html(const json& report, std::chrono::sys_seconds now, const std::string& page_key) {
  std::string html = heading("connections", "Connections");
  const json& connections = report["connections"];
  if (connections.empty()) return html + "<p>None is open at the moment.</p>\n";
  std::vector<HtmlRow> rows;
  for (const json& connection : connections) {
    const std::string id = number(connection["id"]);
    const HtmlAction close{.path = "/close",
                           .id = "close-" + id,
                           .text = "Close",
                           .says = "Close the connection to " + words(connection["party"]),
                           .fields = {{"connection", id}}};
    rows.push_back({.id = "connection-" + id,
                    .html = {destination_html(connection, now), protocol_html(connection),
                             sides_html(connection), bytes_html(connection), html_action(close, page_key)}});
  }
  html += html_table("Open connections", {"Party", "Protocol", "Who is who", "Bytes", "Close"}, rows);
  const auto open = report["open"].get<std::size_t>();
  if (open > connections.size())
    html += "<p>" + std::to_string(open - connections.size()) + " more are open.</p>\n";
  return html;
}

std::string gates_html(const json& report, std::chrono::sys_seconds now, const std::string& page_key) {
  const json& gates = report["gates"];
  if (gates.empty()) return {};
  std::string html = heading("gates", "Gates");
  for (const json& gate : gates) {
    html += "<h3>" + foreign(gate["listen"]) + "</h3>\n<p>Leads to " + foreign(gate["backend"]) +
            ". Open connections: " + number(gate["open"]) + ".</p>\n";
    std::vector<HtmlRow> rows;
    for (const json& client : gate["connections"]) rows.push_back(gate_row(gate, client, now, page_key));
    if (!rows.empty())
      html += html_table("Clients of this gate", {"Client", "Protocol", "Who it is", "Close"}, rows);
    html += refusals_table(gate["refusals"], "Who", "Nobody was refused.", now);
  }
  return html;
}

std::string refusals_html(const json& report, std::chrono::sys_seconds now) {
  return heading("refusals", "Last refusals") +
         refusals_table(report["refusals"], "What", "Nothing was refused.", now);
}

}  // namespace proxy
