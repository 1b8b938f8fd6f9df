// The dialogue, step by step; each step is a command that can be run by itself.
#include "proxy/command_init.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "proxy/command_ca.h"
#include "proxy/command_token.h"
#include "proxy/commands.h"
#include "proxy/config.h"
#include "proxy/control_client.h"
#include "proxy/dialogue.h"
#include "proxy/init_config.h"
#include "proxy/party_host.h"
#include "proxy/paths.h"
#include "proxy/proxy_address.h"
#include "proxy/token_session.h"
#include "tlscore/base/log.h"
#include "tlscore/base/private_file.h"
#include "tlscore/token/own_certificate.h"
#include "tlscore/x509/pem.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr const char* kHelp =
    "usage: latchkey init\n"
    "Sets Latchkey up in a dialogue: which token, which key, the first party; a certificate, a first visit, "
    "and the\n"
    "browsers, if you like. Run it again to add a party. Nothing is written or run that you do not agree "
    "to.\n"
    "Exit status: 0 done, 1 stopped or failed, 2 usage, or a configuration that cannot be read.\n";

/// A token that is in, and its keys. OpenSC makes a token of each PIN of a card, with the same serial number.
struct Offer {
  token::TokenInfo info;
  std::vector<token::KeyInfo> keys;
};

/// Where the steps write, and what they have found out.
struct Steps {
  Dialogue& dialogue;
  std::ostream& out;
  std::ostream& err;
  std::string file;                  ///< The configuration's path.
  std::string text;                  ///< What it holds, or will.
  std::vector<token::KeyInfo> keys;  ///< Of the chosen token, as far as they are visible.
  std::string host;                  ///< Of the party that was added.
};

/// Each step: true where the next one follows, false where the person stopped, or an error.
using Step = Result<bool>;

TokenOutcome look(TokenSession& session, std::vector<Offer>& offers) {
  const auto signer = co_await start_signer(session);
  if (!signer) co_return fail(signer.error());
  const auto tokens = co_await (*signer)->list_tokens(session.cancel);
  if (!tokens) co_return fail(tokens.error());
  for (const token::TokenInfo& info : *tokens) {
    if (!info.initialized) continue;
    auto keys = co_await keys_of(**signer, info.uri, session.cancel);
    auto offer = std::ranges::find(offers, info.serial, [](const Offer& each) { return each.info.serial; });
    if (offer == offers.end()) offer = offers.insert(offer, Offer{.info = info, .keys = {}});
    if (keys) std::ranges::move(*keys, std::back_inserter(offer->keys));
  }
  co_return std::string();
}

/// Those that OpenSC shows; none where it shows none, for whatever reason.
std::vector<Offer> tokens_that_are_in() {
  std::vector<Offer> offers;
  ParsedArguments arguments;
  arguments.values.emplace_back("--module", "auto");
  auto session = make_token_session(std::move(arguments));
  if (session) static_cast<void>(run_session(look(**session, offers), **session));
  return offers;
}

Step choose_token(Steps& steps) {
  std::vector<Offer> offers = tokens_that_are_in();
  std::vector<std::string> options;
  options.reserve(offers.size() + 2);
  for (const Offer& offer : offers) {
    options.push_back(printable(offer.info.label) + ", serial number " + printable(offer.info.serial) + ", " +
                      std::to_string(offer.keys.size()) + (offer.keys.size() == 1 ? " key" : " keys"));
  }
  options.emplace_back("a smart card or USB token that is not plugged in now");
  options.emplace_back(
      "a software token: a key in a file, which protects nothing and is for trying things out");
  const auto chosen = steps.dialogue.choose("Which token holds your key?", options);
  if (!chosen) return false;
  FirstToken token{.module = *chosen + 1 == options.size() ? "soft" : "auto", .device = ""};
  if (*chosen < offers.size()) {
    if (offers.size() > 1) token.device = offers[*chosen].info.serial;
    steps.keys = std::move(offers[*chosen].keys);
  }
  steps.text = first_configuration(token);
  return true;
}

std::optional<std::string> choose_key(Steps& steps) {
  if (steps.keys.size() < 2) return "";
  std::vector<std::string> options = {"whichever fits"};
  for (const token::KeyInfo& key : steps.keys) {
    options.push_back(key.public_key.describe() + " \"" + printable(key.label) + "\", " +
                      key.fingerprint.substr(0, 16) + "…");
  }
  const auto chosen = steps.dialogue.choose("Which of its keys is the party to see?", options);
  if (!chosen) return std::nullopt;
  return *chosen == 0 ? "" : steps.keys[*chosen - 1].fingerprint;
}

Step ask_for_party(Steps& steps) {
  steps.dialogue.say(
      "\nA party is a host that you open connections to with your key: everything else is refused.");
  for (int i = 0; i < Dialogue::kTries; ++i) {
    const auto answer =
        steps.dialogue.ask("Its name, intranet.example.org or *.example.org (nothing: none now)");
    if (!answer) return false;
    if (answer->empty()) return true;
    const auto host = parse_host_pattern(*answer);
    if (!host) {
      steps.dialogue.say(printable(host.error().message));
      continue;
    }
    const auto identity = choose_key(steps);
    if (!identity) return false;
    auto text = with_section(steps.text, party_section(*host, *identity), steps.file);
    if (!text) {
      steps.dialogue.say(printable(text.error().message));
      continue;
    }
    steps.text = std::move(*text);
    steps.host = *host;
    return true;
  }
  return false;
}

Step write_file(Steps& steps, bool is_new) {
  steps.dialogue.say("\n" + steps.file + (is_new ? " would be:\n" : " would then be:\n") + "\n" + steps.text);
  const auto agreed = steps.dialogue.confirm("Write it");
  if (!agreed || !*agreed) return false;
  const std::filesystem::path path(steps.file);
  std::error_code error;
  std::filesystem::create_directories(path.parent_path().parent_path(), error);
  TRY(make_private_folder(path.parent_path()));
  const auto target = std::filesystem::weakly_canonical(path, error);
  TRY(write_private_file(error ? steps.file : target.string(), as_bytes(steps.text)));
  return true;
}

/// A certificate for each key that has none, if that is wished.
Step offer_certificates(Steps& steps) {
  const std::string state = TRY(make_state_folder(BaseFolders::of_this_process()));
  for (const token::KeyInfo& key : steps.keys) {
    const TokenSettings settings = token_settings(TRY(find_config("")).token, state);
    if (token::find_own_certificate(key, settings.certificate_folder)) continue;
    const auto agreed = steps.dialogue.confirm("\nThe key " + key.fingerprint.substr(0, 16) +
                                               "… has no certificate. Make one (the PIN is asked for)");
    if (!agreed) return false;
    if (!*agreed) continue;
    const std::vector<const char*> arguments = {"enroll", "--key", key.fingerprint.c_str()};
    run_token(arguments, steps.out, steps.err);
  }
  return true;
}

Step try_it(Steps& steps) {
  if (!ControlClient::connect()) {
    steps.dialogue.say("\nLatchkey does not run yet. Start it: latchkey run");
    return true;
  }
  const auto reads = steps.dialogue.confirm("\nLatchkey runs. Have it read the configuration again");
  if (!reads) return false;
  if (!*reads || run_reload({}, steps.out, steps.err) != kSuccess) return true;
  if (steps.host.empty() || steps.host.starts_with("*")) return true;
  const std::string url = "https://" + steps.host + "/";
  const auto visits = steps.dialogue.confirm("Connect to " + url + ", judge it, and stop there");
  if (!visits) return false;
  const char* const argument = url.c_str();
  if (*visits) run_explain({&argument, 1}, steps.out, steps.err);
  return true;
}

/// The daemon's, if one runs; else where it will be.
Result<std::string> address_of_proxy() {
  auto client = ControlClient::connect();
  const auto answer = client ? client->ask({{"command", "status"}}) : fail(client.error());
  if (answer) return answer->at("status").at("listen").at(0).get<std::string>();
  return proxy_address(TRY(find_config("")));
}

Step offer_browsers(Steps& steps) {
  const std::string address = TRY(address_of_proxy());
  steps.dialogue.say("\nA browser's automatic proxy configuration (PAC) is http://" + address + "/proxy.pac");
  const auto agreed = steps.dialogue.confirm("Have Chromium and Firefox know the local CAs, for https://");
  if (!agreed) return false;
  constexpr const char* kInstall = "install";
  if (*agreed) run_ca({&kInstall, 1}, steps.out, steps.err);
  return true;
}

Step set_up(Steps& steps) {
  steps.file = TRY(config_file(BaseFolders::of_this_process()));
  std::error_code error;
  const bool is_new = !std::filesystem::exists(steps.file, error);
  if (is_new) {
    if (!TRY(choose_token(steps))) return false;
  } else {
    steps.text = TRY(x509::read_file(steps.file));
    TRY(parse_config(steps.text, steps.file));
    steps.dialogue.say(printable(steps.file) + " is there already, and stays as it is but for what you add.");
  }
  const std::string before = steps.text;
  if (!TRY(ask_for_party(steps))) return false;
  if ((is_new || steps.text != before) && !TRY(write_file(steps, is_new))) return false;
  if (!TRY(offer_certificates(steps)) || !TRY(try_it(steps)) || !TRY(offer_browsers(steps))) return false;
  steps.dialogue.say("\nThat is all. `latchkey doctor` checks the whole set-up at any time.");
  return true;
}

}  // namespace

int run_init(Arguments arguments, std::ostream& out, std::ostream& err) {
  const auto parsed = parse_arguments(arguments, {}, {});
  if (!parsed) return complain(err, "init", parsed.error(), kUsage);
  if (parsed->has("--help")) {
    out << kHelp;
    return kSuccess;
  }
  if (!parsed->rest.empty())
    return complain(err, "init", {ErrorKind::Malformed, "init takes no arguments"}, kUsage);
  Dialogue dialogue(std::cin, out);
  Steps steps{.dialogue = dialogue, .out = out, .err = err, .file = {}, .text = {}, .keys = {}, .host = {}};
  const auto done = set_up(steps);
  if (!done)
    return complain(err, "init", done.error(), done.error().kind == ErrorKind::Malformed ? kUsage : kFailure);
  if (*done) return kSuccess;
  out << "\nStopped; what you have not agreed to was not done.\n";
  return kFailure;
}

}  // namespace proxy
