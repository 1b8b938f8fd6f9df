// The token, what is to be done, and the order of it all.
#include "proxy/status_sections.h"

#include <nlohmann/json.hpp>

#include "proxy/html.h"
#include "proxy/html_parts.h"
#include "proxy/status_tables.h"

namespace proxy {

using nlohmann::json;

namespace {

std::string words(const json& text) {
  return text.get<std::string>();
}

std::string code(std::string_view text) {
  return "<code>" + escape_html(text) + "</code>";
}

const std::string& unlock_html() {
  static const std::string text = "Run " + code("latchkey unlock") +
                                  " in a terminal. It asks for the PIN; no web page ever does, this one "
                                  "included.";
  return text;
}

/// How things stand, in a line and what follows from it.
struct Standing {
  std::string_view kind;  ///< Of the style: good, wait, off.
  std::string_view headline;
  std::string html;
  bool can_lock = false;
};

Standing standing(const json& report) {
  const json& token = report["token"];
  const auto state = words(token["state"]);
  if (report["armed"].get<bool>()) {
    return {
        .kind = "good",
        .headline = "Your token is armed",
        .html =
            token["file_key"].get<bool>()
                ? "It is a file on this machine, for trying things out: it protects nothing."
                : "Your parties are opened with it. Pull it out and every one of their connections closes.",
        .can_lock = true};
  }
  if (state == "opening")
    return {.kind = "wait", .headline = "Your token is being opened", .html = "This takes a moment."};
  if (state == "waits-for-pin") {
    return {.kind = "wait",
            .headline = "Your token waits for its PIN",
            .html = token["pin_prompt"].get<bool>()
                        ? "Enter it in the window that asks for it. No web page ever asks, this one included."
                        : unlock_html(),
            .can_lock = true};
  }
  if (state == "locked") return {.kind = "off", .headline = "Your token is locked", .html = unlock_html()};
  if (state == "broken") {
    return {.kind = "off",
            .headline = "Your token cannot be used",
            .html = "Take it out and plug it in again. If that does not help, " + code("latchkey doctor") +
                    " says what is wrong."};
  }
  return {.kind = "off",
          .headline = "No token is plugged in",
          .html = "Plug your token in. Until then your parties stay closed."};
}

std::string state_html(const json& report, const std::string& page_key) {
  const Standing now = standing(report);
  std::string html =
      "<div class=\"state " + std::string(now.kind) +
      "\">\n<div><div role=\"status\"><p class=\"headline\" id=\"state-title\" tabindex=\"-1\">" +
      std::string(now.headline) + "</p>";
  if (const json& reason = report["token"]["reason"]; !words(reason).empty() && now.kind != "good")
    html += "<p>Why: " + foreign(reason) + ".</p>";
  html += "<p>" + now.html + "</p></div>\n<a href=\"#next\">What to do next</a></div>\n";
  if (now.can_lock)
    html += html_action({.path = "/lock", .id = "lock", .text = "Lock", .says = "Lock the token"}, page_key);
  return html + "</div>\n";
}

std::string question_html(const OpenQuestion& question, const StatusContext& context) {
  std::string html = "<div class=\"question\"><h3>" + escape_html(question.text) +
                     "</h3>\n<p class=\"small\">" + escape_html(question.party) + "; " +
                     std::to_string(question.waiting) +
                     (question.waiting == 1 ? " connection waits" : " connections wait") + ".</p>\n<ul>";
  const std::string id = std::to_string(question.id);
  for (const OpenQuestion::Choice& choice : question.choices) {
    html += "<li>" + html_action({.path = "/answer",
                                  .id = "answer-" + id + "-" + choice.id,
                                  .text = choice.text,
                                  .fields = {{"question", id}, {"choice", choice.id}}},
                                 context.page_key);
    if (!choice.note.empty()) html += "<span class=\"small\">" + escape_html(choice.note) + "</span>";
    html += "</li>";
  }
  return html + "</ul></div>\n";
}

/// Told by a screen reader at once, because a connection waits.
std::string questions_html(const StatusContext& context) {
  if (context.questions.empty()) return {};
  std::string html = heading("questions", "Waiting for your answer");
  for (const OpenQuestion& question : context.questions) html += question_html(question, context);
  return html;
}

/// The browsers that refuse parties because they do not know the local CAs; empty: none.
std::string unknowing_browsers_html(const json& browsers) {
  std::string html;
  for (const json& browser : browsers) {
    const json& lacks = browser["lacks"];
    if (lacks.empty()) continue;
    html += "<li><strong>" + foreign(browser["browser"]) + "</strong> does not know " + foreign(lacks[0]);
    if (lacks.size() > 1) html += " and " + std::to_string(lacks.size() - 1) + " more";
    html += ", and so refuses what is at " + code("https://") + " there. Run " + code("latchkey ca install") +
            ", then start the browser again.</li>\n";
  }
  return html;
}

std::string care_html(const json& report) {
  const std::string browsers = unknowing_browsers_html(report["browsers"]);
  if (report["warnings"].empty() && report["tls_limits"].empty() && browsers.empty()) return {};
  std::string html = heading("care", "Take care") + "<ul>\n" + browsers;
  for (const json& warning : report["warnings"])
    html +=
        "<li><strong>" + foreign(warning["party"]) + "</strong>: " + foreign(warning["reason"]) + "</li>\n";
  for (const json& limit : report["tls_limits"]) {
    html += "<li><strong>" + foreign(limit["party"]) + "</strong> is spoken to in " +
            foreign(limit["protocol"]) + " only, because " + foreign(limit["reason"]) + "</li>\n";
  }
  return html + "</ul>\n";
}

std::string tries_html(const json& tries) {
  if (tries == "none") return "none: the PIN is blocked, and your PUK or your administrator unblocks it";
  if (tries == "one") return "<strong>one: a wrong PIN now blocks the token</strong>";
  if (tries == "few") return "few: some wrong PINs were entered";
  return "enough";
}

std::string key_html(const json& key) {
  std::string html = foreign(key["type"]);
  if (!words(key["label"]).empty()) html += ", " + foreign(key["label"]);
  html += "<br><code>" + foreign(key["fingerprint"]) + "</code><br><span class=\"small\">";
  html += key["certificate_until"].is_null()
              ? "no certificate"
              : "certificate until <span class=\"whole\">" +
                    escape_html(words(key["certificate_until"]).substr(0, 10)) + "</span>";
  return html + "</span>";
}

std::string one_token_html(const json& token) {
  const auto state = words(token["state"]);
  std::string html =
      "<dl>\n" + html_term("State", escape_html(state == "waits-for-pin" ? "waits for its PIN" : state));
  if (token.contains("label")) {
    html += html_term("Name", foreign(token["label"]));
    html += html_term("Model", foreign(token["model"]));
    html += html_term("Serial", foreign(token["serial"]));
  }
  if (token.contains("place") && !words(token["place"]).empty())
    html += html_term("Where", foreign(token["place"]));
  if (token["file_key"].get<bool>())
    html += html_term("Protection", "none: it is a file, for trying things out");
  if (token.contains("label") && !token["file_key"].get<bool>())
    html += html_term("PIN tries left", tries_html(token["pin_tries"]));
  if (token.contains("held_by")) {
    for (const json& holder : token["held_by"])
      html += html_term("Held by", foreign(holder["name"]) + ", process " + holder["pid"].dump());
  }
  for (const json& key : token["keys"]) html += html_term("Key", key_html(key));
  return html + "</dl>\n";
}

std::string token_html(const json& report) {
  const json& tokens = report["tokens"];
  if (tokens.empty())
    return heading("token", "Token") + "<p>None is in. Latchkey looks for one with the module " +
           code(words(report["token"]["module"])) + ".</p>\n";
  std::string html = heading("token", tokens.size() == 1 ? "Token" : "Tokens");
  for (const json& token : tokens) html += one_token_html(token);
  return html;
}

/// `id` tells it from others that come and go.
std::string step(std::string_view id, std::string_view title, const std::string& html) {
  return "<li id=\"step-" + std::string(id) + "\"><strong>" + std::string(title) + "</strong> " + html +
         "</li>\n";
}

std::string next_html(const json& report) {
  bool has_party = false;
  bool has_demo = false;
  for (const json& party : report["parties"]) (party["demo"].get<bool>() ? has_demo : has_party) = true;
  std::string html = heading("next", "What to do next") + "<ol>\n";
  if (const Standing now = standing(report); now.kind != "good")
    html += step("arm", "Arm your token.", now.html);
  const std::string pac = report.contains("pac") ? words(report["pac"]) : "";
  html +=
      step("browser", "Tell your browser.",
           "Give it this address for its automatic proxy configuration (PAC): <code class=\"address\">" +
               escape_html(pac) + "</code>" +
               "<details><summary>Where to enter it</summary><p>Firefox: Settings, Network Settings, "
               "Automatic proxy configuration URL. Chromium and Chrome: the proxy settings of your desktop, "
               "or start them with " +
               code("--proxy-pac-url=" + pac) + ".</p></details>");
  const json& browsers = report["browsers"];
  const bool all_know = browsers.is_array() && !browsers.empty() && unknowing_browsers_html(browsers).empty();
  if (!all_know)
    html += step("trust", "Let it trust this machine's certificates.",
                 "Run " + code("latchkey ca install") + " once, then start the browser again. It is what " +
                     code("https://") + " needs.");
  if (!has_party) {
    html += step("party", "Select a party.",
                 "A party is a site that you open with your token. Add a " + code("[[party]]") + " to " +
                     code("~/.config/latchkey/config.toml") + ", then run " + code("latchkey reload") + ".");
  }
  html += step("visit", "Go there.",
               has_demo ? "<a href=\"http://demo.latchkey.test/\">demo.latchkey.test</a> is built in: it "
                          "shows you who you are to a party."
                        : "Type its address with " + code("https://") + " in front.");
  html += step("programs", "Programs, too.",
               "For one of them, run " + code("latchkey exec -- git clone https://party/repository") +
                   ", for example.");
  return html + "</ol>\n<p>If something does not work, " + code("latchkey doctor") +
         " checks everything, and " + code("latchkey explain https://party/") +
         " says how a party is judged.</p>\n";
}

}  // namespace

std::vector<StatusSection> status_sections(const json& report, const StatusContext& context) {
  return {{.id = "state", .html = state_html(report, context.page_key)},
          {.id = "questions", .html = questions_html(context)},
          {.id = "care", .html = care_html(report)},
          {.id = "connections", .html = connections_html(report, context.now, context.page_key)},
          {.id = "parties", .html = parties_html(report, context.now)},
          {.id = "refusals", .html = refusals_html(report, context.now)},
          {.id = "gates", .html = gates_html(report, context.now, context.page_key)},
          {.id = "token", .html = token_html(report)},
          {.id = "next", .html = next_html(report)}};
}

}  // namespace proxy
