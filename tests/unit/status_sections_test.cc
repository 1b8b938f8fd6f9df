// What the status page says, and that nothing of it is anybody's markup but ours.
#include "proxy/status_sections.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace proxy {
namespace {

using nlohmann::json;

/// U+202E, which turns what follows around; no literal, because tools take that for an attack on the source.
const std::string kOverride{'\xe2', '\x80', '\xae'};
/// Markup, an attribute's end, such a character, a C1 control in UTF-8, and a line's end.
const std::string kHostile = "<script>\"'&" + kOverride + "\xc2\x9b\r\n</script>";

json token_report(const std::string& state) {
  return {{"state", state},      {"reason", ""},          {"module", "auto"}, {"file_key", false},
          {"pin_prompt", false}, {"pin_tries", "enough"}, {"signer_pid", -1}, {"keys", json::array()}};
}

json empty_report() {
  return {{"version", "1"},
          {"config", "built-in"},
          {"pac", "http://127.0.0.1:6091/proxy.pac"},
          {"armed", false},
          {"token", token_report("absent")},
          {"tokens", json::array()},
          {"parties", json::array()},
          {"open", 0},
          {"connections", json::array()},
          {"warnings", json::array()},
          {"tls_limits", json::array()},
          {"refusals", json::array()},
          {"gates", json::array()},
          {"browsers", json()},
          {"cache", {{"remembered", 3}, {"hits", 5}, {"misses", 7}}}};
}

json connection_report_of(const std::string& text) {
  const json side{{"form", "x509"}, {"fingerprint", text}, {"name", text}};
  return {{"id", 12},
          {"since", "2026-03-01T12:00:00Z"},
          {"asked_by", "CONNECT"},
          {"party", text},
          {"phase", "relaying"},
          {"local", "terminate"},
          {"protocol", text},
          {"alpn", text},
          {"identity", text},
          {"judgement", text},
          {"shown", side},
          {"peer", side},
          {"shown_in_clear", true},
          {"resumed", true},
          {"bytes_to_party", 1200},
          {"bytes_to_client", 5'000'000}};
}

/// Everything there can be, all of it in these words.
json full_report(const std::string& text) {
  json report = empty_report();
  report["armed"] = true;
  json token = token_report("armed");
  token["reason"] = text;
  token["label"] = token["serial"] = token["model"] = token["place"] = text;
  token["held_by"] = json::array({{{"pid", 5}, {"name", text}}});
  token["keys"] =
      json::array({{{"label", text}, {"type", text}, {"fingerprint", text}, {"certificate_until", text}}});
  report["token"] = token;
  report["tokens"] = json::array({token, token});
  const json finding{{"assessor", text}, {"verdict", text}, {"reason", text}, {"warning", true}};
  const json judgement{{"destination", text},
                       {"when", text},
                       {"verdict", "fail"},
                       {"summary", text},
                       {"findings", json::array({finding})}};
  report["parties"] = json::array({{{"hosts", json::array({text, text})},
                                    {"ports", json::array({443, 8443})},
                                    {"trust", text},
                                    {"local", "auto"},
                                    {"demo", false},
                                    {"identity", "auto"},
                                    {"key", json()},
                                    {"key_problem", text},
                                    {"judgements", json::array({judgement})}}});
  report["connections"] = json::array({connection_report_of(text)});
  report["open"] = 3;
  report["warnings"] = json::array({{{"party", text}, {"reason", text}}});
  report["browsers"] = json::array({{{"browser", text}, {"lacks", json::array({text, text})}}});
  report["tls_limits"] = json::array({{{"party", text}, {"protocol", text}, {"reason", text}}});
  const json refusals = json::array({{{"when", text}, {"asked_for", text}, {"reason", text}}});
  report["refusals"] = refusals;
  report["gates"] = json::array({{{"listen", text},
                                  {"backend", text},
                                  {"open", 1},
                                  {"connections", json::array({connection_report_of(text)})},
                                  {"refusals", refusals}}});
  return report;
}

StatusContext context_with(const std::string& text) {
  OpenQuestion question{.id = 4, .party = text, .text = text, .since = {}, .waiting = 2, .choices = {}};
  question.choices.push_back({.id = "0", .text = text, .note = text});
  return {.page_key = "abcd",
          .now = std::chrono::sys_days(std::chrono::March / 2 / 2026),
          .questions = {question}};
}

std::string html_of(const json& report, const StatusContext& context) {
  std::string html;
  for (const StatusSection& section : status_sections(report, context)) html += section.html;
  return html;
}

bool holds(const std::string& html, std::string_view text) {
  return html.contains(text);
}

TEST(StatusSections, NothingForeignIsMarkup) {
  const std::string html = html_of(full_report(kHostile), context_with(kHostile));
  EXPECT_FALSE(holds(html, "<script"));
  EXPECT_FALSE(holds(html, kOverride));
  EXPECT_FALSE(holds(html, "\xc2\x9b"));
  EXPECT_FALSE(holds(html, "\r"));
  EXPECT_FALSE(holds(html, "\"'"));
  EXPECT_TRUE(holds(html, "&lt;script&gt;&quot;&#39;&amp;"));
}

TEST(StatusSections, AreTheSameOnesWhateverThereIs) {
  const auto few = status_sections(empty_report(), {.page_key = "", .now = {}});
  const auto many = status_sections(full_report("x"), context_with("x"));
  EXPECT_TRUE(std::ranges::equal(few, many, {}, &StatusSection::id, &StatusSection::id));
}

TEST(StatusSections, TellANewcomerWhatToDo) {
  const std::string html = html_of(empty_report(), {.page_key = "", .now = {}});
  EXPECT_TRUE(holds(html, "No token is plugged in"));
  EXPECT_TRUE(holds(html, "http://127.0.0.1:6091/proxy.pac"));
  EXPECT_TRUE(holds(html, "Select a party."));
  EXPECT_TRUE(holds(html, "None is open at the moment."));
  EXPECT_FALSE(holds(html, "<form"));
}

TEST(StatusSections, SayHowALockedTokenIsUnlockedAndAskForNoPin) {
  for (const std::string state : {"locked", "waits-for-pin"}) {
    json report = empty_report();
    report["token"] = token_report(state);
    const std::string html = html_of(report, {.page_key = "", .now = {}});
    EXPECT_TRUE(holds(html, "latchkey unlock")) << state;
    EXPECT_FALSE(holds(html, "type=\"password\"") || holds(html, "type=\"text\"")) << state;
  }
}

TEST(StatusSections, EveryFormCarriesTheKeyOfThePage) {
  const std::string html = html_of(full_report("x"), context_with("x"));
  std::size_t forms = 0;
  for (std::size_t at = html.find("<form"); at != std::string::npos; at = html.find("<form", at + 1)) {
    ++forms;
    EXPECT_TRUE(holds(html.substr(at, html.find("</form>", at) - at), R"(name="key" value="abcd")"));
  }
  EXPECT_EQ(forms, 4U) << "lock, close, close at a gate, answer";
}

TEST(StatusSections, SayOfAConnectionWhatItIs) {
  const std::string html = html_of(full_report("party.test"), context_with("x"));
  for (const std::string_view text :
       {"relaying", "local mode terminate", "resumed", "sent 1.2 kB", "received 5.0 MB", ">12 hours<",
        "crossed the network in clear", "2 more are open",
        R"(aria-label="Close the connection to party.test")"})
    EXPECT_TRUE(holds(html, text)) << text;
}

TEST(StatusSections, WarnOfTheLastPinTry) {
  json report = full_report("x");
  report["tokens"][0]["pin_tries"] = "one";
  EXPECT_TRUE(holds(html_of(report, context_with("x")), "a wrong PIN now blocks the token"));
}

TEST(StatusSections, NameTheBrowsersThatDoNotKnowALocalCa) {
  json report = empty_report();
  report["browsers"] =
      json::array({{{"browser", "Chromium"}, {"lacks", json::array({"CA for a", "CA for b"})}},
                   {{"browser", "Firefox"}, {"lacks", json::array()}}});
  const std::string html = html_of(report, {.page_key = "", .now = {}});
  EXPECT_TRUE(holds(html, "Chromium</bdi></strong> does not know <bdi>CA for a</bdi> and 1 more"));
  EXPECT_FALSE(holds(html, "<bdi>Firefox"));
}

TEST(StatusSections, AskForNoInstallationThatIsDone) {
  json report = empty_report();
  EXPECT_TRUE(holds(html_of(report, {.page_key = "", .now = {}}), "latchkey ca install"));
  report["browsers"] = json::array();
  EXPECT_TRUE(holds(html_of(report, {.page_key = "", .now = {}}), "latchkey ca install"))
      << "none was used yet";
  report["browsers"] = json::array({{{"browser", "Firefox"}, {"lacks", json::array()}}});
  EXPECT_FALSE(holds(html_of(report, {.page_key = "", .now = {}}), "latchkey ca install"));
}

TEST(StatusSections, LeaveOutRefusalsThatAreOld) {
  json report = empty_report();
  for (int i = 0; i < 40; ++i) {
    report["refusals"].push_back({{"when", "2026-03-01T12:00:00Z"},
                                  {"asked_for", "host" + std::to_string(i) + ".test"},
                                  {"reason", "x"}});
  }
  const std::string html = html_of(report, {.page_key = "", .now = {}});
  EXPECT_TRUE(holds(html, "host39.test"));
  EXPECT_FALSE(holds(html, "host5.test"));
}

TEST(StatusSections, ChangeOnlyWhereSomethingHas) {
  json report = full_report("x");
  const auto before = status_sections(report, context_with("x"));
  report["connections"][0]["bytes_to_party"] = 9'000'000;
  const auto after = status_sections(report, context_with("x"));
  for (std::size_t i = 0; i < before.size(); ++i)
    EXPECT_EQ(before[i] == after[i], before[i].id != "connections") << before[i].id;
}

}  // namespace
}  // namespace proxy
