// JSON from state, and text from JSON.
#include "proxy/status_report.h"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "proxy/connection_report.h"
#include "proxy/gate_report.h"
#include "proxy/identity_questions.h"
#include "proxy/last_judgements.h"
#include "proxy/live_connections.h"
#include "proxy/local_leaves.h"
#include "proxy/page_state.h"
#include "proxy/party_memory.h"
#include "proxy/question_report.h"
#include "proxy/tokens.h"
#include "proxy/version.h"
#include "tlscore/base/log.h"
#include "tlscore/token/own_certificate.h"
#include "tlscore/x509/date.h"

namespace proxy {

using namespace tlscore;
using nlohmann::json;

namespace {

std::string_view to_string(LocalMode mode) {
  switch (mode) {
    case LocalMode::Auto: return "auto";
    case LocalMode::Wrap: return "wrap";
    case LocalMode::Terminate: return "terminate";
    case LocalMode::Tunnel: return "tunnel";
  }
  return "auto";
}

std::string_view to_string(token::PinTries tries) {
  switch (tries) {
    case token::PinTries::Enough: return "enough";
    case token::PinTries::Few: return "few";
    case token::PinTries::One: return "one";
    case token::PinTries::None: return "none";
  }
  return "enough";
}

/// What there is to say of any token, and of none.
json token_summary(const Services& services, TokenState state, const std::string& reason) {
  return {{"state", to_string(state)},
          {"reason", printable(reason)},
          {"module", services.settings->config().token.module},
          {"file_key", services.tokens.settings().is_file_key},
          {"pin_prompt", false},
          {"pin_tries", to_string(token::PinTries::Enough)},
          {"signer_pid", -1},
          {"keys", json::array()}};
}

/// When the certificate ends that stands for the key; null without one that is valid.
json certificate_end(const Services& services, const token::KeyInfo& key) {
  const auto found = token::find_own_certificate(key, services.tokens.settings().certificate_folder);
  return found ? json(x509::to_rfc3339(found->not_after())) : json();
}

json token_report(const Services& services, const ArmedToken& token) {
  json report = token_summary(services, token.state(), token.reason());
  report["place"] = token.place().text;
  report["pin_prompt"] = token.pin_prompt_shown();
  report["pin_tries"] = to_string(token.pin_tries());
  report["signer_pid"] = token.signer_pid();
  report["held_by"] = json::array();
  for (const token::CardHolder& holder : token.place().holders)
    report["held_by"].push_back({{"pid", holder.pid}, {"name", printable(holder.name)}});
  if (token.info()) {
    report["label"] = printable(token.info()->label);
    report["serial"] = printable(token.info()->serial);
    report["model"] = printable(token.info()->model);
  }
  for (const token::KeyInfo& key : token.keys()) {
    report["keys"].push_back({{"label", printable(key.label)},
                              {"type", key.public_key.describe()},
                              {"fingerprint", key.fingerprint},
                              {"public_key", to_base64(key.public_key.spki())},
                              {"uri", printable(key.uri)},
                              {"certificate", key.certificate.has_value()},
                              {"certificate_until", certificate_end(services, key)}});
  }
  return report;
}

/// All tokens, and as "token" the one that counts while there is only one.
void add_tokens(const Services& services, json& report) {
  const Tokens& tokens = services.tokens;
  report["armed"] = tokens.state() == TokenState::Armed;
  report["tokens"] = json::array();
  for (const auto& token : tokens.all()) report["tokens"].push_back(token_report(services, *token));
  const ArmedToken* token = tokens.farthest();
  report["token"] = token != nullptr ? token_report(services, *token)
                                     : token_summary(services, TokenState::Absent, tokens.reason());
}

json browsers_report(const BrowserLook& look) {
  if (!look.found()) return nullptr;
  json browsers = json::array();
  for (const BrowserStore& store : *look.found()) {
    browsers.push_back({{"browser", printable(store.browser)}, {"lacks", json::array()}});
    for (const std::string& name : store.lacks) browsers.back()["lacks"].push_back(printable(name));
  }
  return browsers;
}

/// The fingerprint of the key that a party is bound to, on the token that has it; else why there is none.
Result<std::string> key_of(const Services& services, const Party& party) {
  Error why{ErrorKind::Disarmed, "no token is armed"};
  const Identity identity = services.questions.identity_of(party);
  for (const auto& token : services.tokens.all()) {
    if (token->state() != TokenState::Armed) continue;
    const auto key = token->select(key_selection(identity));
    if (key) return (*key)->fingerprint;
    why = key.error();
  }
  return fail(why);
}

json judgement_report(const LastJudgement& last) {
  json report{{"destination", printable(last.destination)},
              {"when", rfc3339(last.when)},
              {"verdict", judge::to_string(last.judgement.verdict)},
              {"summary", printable(last.judgement.summary)},
              {"findings", json::array()}};
  for (const judge::Finding& finding : last.judgement.findings) {
    report["findings"].push_back({{"assessor", finding.assessor},
                                  {"verdict", judge::to_string(finding.verdict)},
                                  {"reason", printable(finding.reason)},
                                  {"warning", finding.is_warning}});
  }
  return report;
}

json party_report(const Services& services, const Party& party) {
  json report{{"hosts", party.hosts},
              {"ports", party.ports},
              {"trust", party.trust},
              {"local", to_string(party.local)},
              {"demo", party.demo}};
  const bool none = services.questions.identity_of(party).kind == Identity::Kind::None;
  const auto key = key_of(services, party);
  const bool asks = party.identity.kind == Identity::Kind::Ask;
  report["identity"] = asks ? "ask" : none ? "none" : key_selection(party.identity);
  report["key"] = key && !none ? json(*key) : json();
  report["key_problem"] = key || none ? "" : printable(key.error().message);
  report["judgements"] = json::array();
  for (const LastJudgement& last : services.judgements.all()) {
    if (last.party == party.name()) report["judgements"].push_back(judgement_report(last));
  }
  return report;
}

json cache_report(const judge::OutcomeCache& cache) {
  json report{{"remembered", cache.remembered()},
              {"hits", 0},
              {"misses", 0},
              {"assessors", json::object()},
              {"servers", json::array()}};
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  for (const auto& [assessor, counts] : cache.counts()) {
    report["assessors"][assessor] = {
        {"hits", counts.hits}, {"shared_hits", counts.shared_hits}, {"misses", counts.misses}};
    hits += counts.hits;
    misses += counts.misses;
  }
  report["hits"] = hits;
  report["misses"] = misses;
  for (const judge::OutcomeServerState& server : cache.servers()) {
    report["servers"].push_back({{"server", server.server},
                                 {"state", server.state},
                                 {"reason", printable(server.reason)},
                                 {"asked", server.asked},
                                 {"failed", server.failed},
                                 {"refused", server.refused}});
  }
  return report;
}

std::string cache_text(const json& cache) {
  const auto count = [](const json& number) { return std::to_string(number.get<std::uint64_t>()); };
  std::string text = "outcomes     " + count(cache["remembered"]) + " remembered, " + count(cache["hits"]) +
                     " hits, " + count(cache["misses"]) + " misses\n";
  for (const json& server : cache["servers"]) {
    text += "memcached    " + server["server"].get<std::string>() + " " + server["state"].get<std::string>();
    if (const auto reason = server["reason"].get<std::string>(); !reason.empty()) text += ": " + reason;
    text += ", asked " + count(server["asked"]) + ", failed " + count(server["failed"]) + ", refused " +
            count(server["refused"]) + '\n';
  }
  return text;
}

std::string token_text(const json& token) {
  std::string text = "token        " + token["state"].get<std::string>();
  if (token.contains("label"))
    text += ": " + token["label"].get<std::string>() + ", serial " + dash_if_empty(token["serial"]);
  if (token["file_key"].get<bool>()) text += " (file key, no protection)";
  text += '\n';
  if (const auto reason = token["reason"].get<std::string>(); !reason.empty())
    text += "             " + reason + '\n';
  if (token["pin_tries"] != "enough")
    text += "             PIN tries left: " + token["pin_tries"].get<std::string>() + '\n';
  for (const json& key : token["keys"]) {
    text +=
        "key          " + key["type"].get<std::string>() + " " + key["fingerprint"].get<std::string>() + '\n';
  }
  return text;
}

}  // namespace

json live_report(const Services& services) {
  json report{{"version", kVersion},          {"pid", ::getpid()},
              {"listen", services.addresses}, {"config", printable(services.settings->config().source)},
              {"parties", json::array()},     {"open", 0},
              {"connections", json::array()}, {"tls_limits", json::array()},
              {"warnings", json::array()}};
  add_tokens(services, report);
  report["cache"] = cache_report(*services.outcomes);
  report["keyring"] = {{"looks", services.keyring.looks()}};
  if (services.dispatcher) report["dispatcher"] = *services.dispatcher;
  if (!services.addresses.empty() && !services.addresses.front().starts_with('/'))
    report["pac"] = "http://" + services.addresses.front() + "/proxy.pac";
  for (const Party& party : services.settings->config().parties)
    report["parties"].push_back(party_report(services, party));
  std::size_t open = 0;
  for (const LiveConnection* connection : services.connections.all()) {
    if (connection->party.empty()) continue;
    if (open < kShownConnections) report["connections"].push_back(connection_report(*connection));
    ++open;
  }
  report["open"] = open;
  for (const auto& [party, reason] : services.memory.warnings())
    report["warnings"].push_back({{"party", printable(party)}, {"reason", printable(reason)}});
  report["questions"] = questions_report(services.questions);
  report["browsers"] = browsers_report(services.pages.browsers);
  const std::string ca_key = services.leaves.token_key();
  report["local_ca_key"] = ca_key.empty() ? json() : json(ca_key);
  report["gates"] = gates_report(services);
  for (const auto& [of, reason] : services.memory.limits()) {
    report["tls_limits"].push_back({{"party", printable(of.first)},
                                    {"identity", of.second},
                                    {"protocol", "TLS 1.2"},
                                    {"reason", printable(reason)}});
  }
  report["refusals"] = refusals_report(services.connections);
  return report;
}

json status_report(Services& services) {
  json report = live_report(services);
  report["connections"].clear();
  for (const LiveConnection* connection : services.connections.all())
    report["connections"].push_back(connection_report(*connection));
  report["longest_block_us"] = services.loop.take_longest_block().count();
  return report;
}

std::string status_text(const json& report) {
  std::string text;
  for (const json& token : report["tokens"]) text += token_text(token);
  if (report["tokens"].empty()) text += token_text(report["token"]);
  for (const json& address : report["listen"]) text += "listens on   " + address.get<std::string>() + '\n';
  if (report.contains("pac")) text += "PAC file     " + report["pac"].get<std::string>() + '\n';
  for (const json& question : report["questions"])
    text += question_text(question, "http://" + report["listen"][0].get<std::string>() + "/");
  for (const json& party : report["parties"]) {
    text += "party        " + party["hosts"][0].get<std::string>() +
            ", trust: " + party["trust"].get<std::string>() + '\n';
  }
  for (const json& connection : report["connections"]) text += connection_text(connection);
  text += cache_text(report["cache"]);
  for (const json& warning : report["warnings"]) {
    text += "take care    " + warning["party"].get<std::string>() + ": " +
            warning["reason"].get<std::string>() + '\n';
  }
  for (const json& limit : report["tls_limits"]) {
    text += "limited      " + limit["party"].get<std::string>() + " to " +
            limit["protocol"].get<std::string>() + ", because " + limit["reason"].get<std::string>() + '\n';
  }
  for (const json& refusal : report["refusals"]) text += refusal_text(refusal);
  for (const json& gate : report["gates"]) text += gate_text(gate);
  return text;
}

}  // namespace proxy
