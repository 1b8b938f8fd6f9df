// JSON from state, and text from JSON.
#include "proxy/status_report.h"

#include <unistd.h>

#include <array>
#include <ctime>
#include <nlohmann/json.hpp>

#include "proxy/live_connections.h"
#include "proxy/party_memory.h"
#include "proxy/tokens.h"
#include "proxy/version.h"
#include "tlscore/base/log.h"
#include "tlscore/token/key_selection.h"
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

/// The fingerprint of the key that a party is bound to, on the token that has it; else why there is none.
Result<std::string> key_of(const Services& services, const Party& party) {
  Error why{ErrorKind::Disarmed, "no token is armed"};
  for (const auto& token : services.tokens.all()) {
    if (token->state() != TokenState::Armed) continue;
    const auto key = token::select_key(token->keys(), *token->info(), key_selection(party.identity));
    if (key) return (*key)->fingerprint;
    why = key.error();
  }
  return fail(why);
}

json party_report(const Services& services, const Party& party) {
  json report{{"hosts", party.hosts},
              {"ports", party.ports},
              {"trust", party.trust},
              {"local", to_string(party.local)},
              {"demo", party.demo}};
  const bool none = party.identity.kind == Identity::Kind::None;
  const auto key = key_of(services, party);
  report["identity"] = none ? "none" : key_selection(party.identity);
  report["key"] = key && !none ? json(*key) : json();
  report["key_problem"] = key || none ? "" : printable(key.error().message);
  return report;
}

json connection_report(const LiveConnection& connection) {
  return {{"id", connection.id},
          {"since", rfc3339(connection.since)},
          {"asked_by", connection.asked_by},
          {"party", printable(connection.party)},
          {"phase", connection.phase},
          {"protocol", connection.protocol},
          {"identity", connection.identity},
          {"judgement", connection.judgement},
          {"resumed", connection.resumed},
          {"bytes_to_party", connection.counts.to_party},
          {"bytes_to_client", connection.counts.to_client}};
}

std::string text_or_dash(const json& value) {
  const auto text = value.get<std::string>();
  return text.empty() ? "-" : text;
}

std::string token_text(const json& token) {
  std::string text = "token        " + token["state"].get<std::string>();
  if (token.contains("label"))
    text += ": " + token["label"].get<std::string>() + ", serial " + text_or_dash(token["serial"]);
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

std::string rfc3339(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), size};
}

json status_report(Services& services) {
  json report{
      {"version", kVersion},          {"pid", ::getpid()},
      {"listen", services.addresses}, {"parties", json::array()},
      {"connections", json::array()}, {"tls_limits", json::array()},
      {"refusals", json::array()},    {"longest_block_us", services.loop.take_longest_block().count()}};
  add_tokens(services, report);
  if (!services.addresses.empty()) report["pac"] = "http://" + services.addresses.front() + "/proxy.pac";
  for (const Party& party : services.settings->config().parties)
    report["parties"].push_back(party_report(services, party));
  for (const LiveConnection* connection : services.connections.all()) {
    report["connections"].push_back(connection_report(*connection));
  }
  for (const auto& [of, reason] : services.memory.limits()) {
    report["tls_limits"].push_back({{"party", printable(of.first)},
                                    {"identity", of.second},
                                    {"protocol", "TLS 1.2"},
                                    {"reason", printable(reason)}});
  }
  for (const Refusal& refusal : services.connections.refusals()) {
    report["refusals"].push_back({{"when", rfc3339(refusal.when)},
                                  {"asked_for", printable(refusal.asked_for)},
                                  {"reason", printable(refusal.reason)}});
  }
  return report;
}

std::string status_text(const json& report) {
  std::string text;
  for (const json& token : report["tokens"]) text += token_text(token);
  if (report["tokens"].empty()) text += token_text(report["token"]);
  for (const json& address : report["listen"]) text += "listens on   " + address.get<std::string>() + '\n';
  if (report.contains("pac")) text += "PAC file     " + report["pac"].get<std::string>() + '\n';
  for (const json& party : report["parties"]) {
    text += "party        " + party["hosts"][0].get<std::string>() +
            ", trust: " + party["trust"].get<std::string>() + '\n';
  }
  for (const json& connection : report["connections"]) {
    text += "connection   " + text_or_dash(connection["party"]) + " by " +
            connection["asked_by"].get<std::string>() + ", " + connection["phase"].get<std::string>() + ", " +
            text_or_dash(connection["protocol"]) + (connection["resumed"].get<bool>() ? ", resumed" : "") +
            '\n';
  }
  for (const json& limit : report["tls_limits"]) {
    text += "limited      " + limit["party"].get<std::string>() + " to " +
            limit["protocol"].get<std::string>() + ", because " + limit["reason"].get<std::string>() + '\n';
  }
  for (const json& refusal : report["refusals"]) {
    text += "refused      " + refusal["when"].get<std::string>() + " " +
            refusal["asked_for"].get<std::string>() + ": " + refusal["reason"].get<std::string>() + '\n';
  }
  return text;
}

}  // namespace proxy
