// Reads the options and files, asks the assessors, prints their findings.
#include "proxy/command_verify.h"

#include <charconv>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "openpgp-auth/fingerprint.h"
#include "proxy/openpgp_file.h"
#include "proxy/settings.h"
#include "proxy/user_keyring.h"
#include "tlscore/base/event_loop.h"
#include "tlscore/judge/judgement.h"
#include "tlscore/judge/pin_assessor.h"
#include "tlscore/x509/date.h"
#include "tlscore/x509/server_name.h"

namespace proxy {
namespace {

using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;
using tlscore::judge::Finding;
using tlscore::judge::Judgement;
using tlscore::judge::TrustExpression;

constexpr int kTrusted = 0;
constexpr int kRefused = 1;
constexpr int kUsage = 2;

constexpr const char* kHelp =
    R"(Usage: latchkey verify --host HOST [--chain FILE] [--openpgp FILE] [OPTION]...
Judges a server's certificates as the proxy would, without connecting.

  --host HOST        name or address that the user asked for
  --port N           port it was asked at (default 443)
  --chain FILE       the server's certificates in PEM form, its own first
  --roots FILE       trusted CAs in PEM form, in place of the system's
  --openpgp FILE     the server's OpenPGP certificate, in place of a chain
  --openpgp-key FPR  the key in it that authenticates (default: the first that may)
  --keyring DIR      GnuPG's home, in place of yours
  --listed FPR       an OpenPGP key that is this server; may be repeated
  --time RFC3339     judge at this time, like 2030-01-01T00:00:00Z (default: now)
  --trust EXPR       names joined by "and", "or" and parentheses: pkix, pin, openpgp, dane
                     (default: pkix, with --openpgp or --listed: openpgp or pkix;
                     with pins "pin and" these)
  --pin BASE64       SHA-256 of the server's SubjectPublicKeyInfo; may be repeated
  --json             print the findings as JSON
  --help             print this

Exit status: 0 trusted, 1 refused, 2 usage.
)";

struct Options {
  std::string host;
  std::uint16_t port = 443;
  std::string chain;
  std::string roots;
  std::string openpgp;
  std::string openpgp_key;
  std::string keyring;
  std::vector<std::string> listed;
  std::optional<std::chrono::sys_seconds> time;
  std::string trust;
  std::vector<std::string> pins;
  bool json = false;
  bool help = false;
};

Result<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) {
    return fail(ErrorKind::Malformed, "--port takes a number from 1 to 65535");
  }
  return port;
}

/// As the configuration writes fingerprints, in either case.
Result<std::string> parse_fingerprint(std::string_view option, const std::string& value) {
  const auto fingerprint = openpgp_auth::Fingerprint::from_hex(value);
  if (!fingerprint) return fail(option, fingerprint.error());
  return fingerprint->to_hex();
}

/// The options whose value is taken as it is; null for another one.
std::string* text_option(Options& options, std::string_view name) {
  if (name == "--host") return &options.host;
  if (name == "--chain") return &options.chain;
  if (name == "--roots") return &options.roots;
  if (name == "--openpgp") return &options.openpgp;
  if (name == "--keyring") return &options.keyring;
  if (name == "--trust") return &options.trust;
  return nullptr;
}

Result<void> set_option(Options& options, std::string_view name, const std::string& value) {
  if (std::string* const text = text_option(options, name)) {
    *text = value;
  } else if (name == "--port") {
    options.port = TRY(parse_port(value));
  } else if (name == "--openpgp-key") {
    options.openpgp_key = TRY(parse_fingerprint(name, value));
  } else if (name == "--listed") {
    options.listed.push_back(TRY(parse_fingerprint(name, value)));
  } else if (name == "--time") {
    options.time = TRY(tlscore::x509::parse_rfc3339(value));
  } else if (name == "--pin") {
    options.pins.push_back(value);
  } else {
    return fail(ErrorKind::Malformed, "unknown option " + std::string(name));
  }
  return {};
}

/// "--name value" and "--name=value".
Result<Options> parse_options(std::span<const char* const> args) {
  Options options;
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string_view argument = args[i];
    if (argument == "--help" || argument == "-h") options.help = true;
    if (argument == "--json") options.json = true;
    if (argument == "--help" || argument == "-h" || argument == "--json") continue;
    const std::size_t equals = argument.find('=');
    const std::string_view name = argument.substr(0, equals);
    if (equals != std::string_view::npos) {
      TRY(set_option(options, name, std::string(argument.substr(equals + 1))));
      continue;
    }
    const bool has_value = i + 1 < args.size();
    TRY(set_option(options, name, has_value ? args[i + 1] : ""));
    if (!has_value) return fail(ErrorKind::Malformed, std::string(name) + " needs a value");
    ++i;
  }
  if (options.help) return options;
  if (options.host.empty()) return fail(ErrorKind::Malformed, "--host is missing");
  if (options.chain.empty() && options.openpgp.empty()) {
    return fail(ErrorKind::Malformed, "--chain or --openpgp is missing");
  }
  TRY(tlscore::x509::ServerName::parse(options.host));
  return options;
}

/// Everything that the judgement needs, read before anything is judged.
struct Question {
  tlscore::judge::Presented presented;
  PartyTrust trust;
};

std::string default_trust(const Options& options) {
  const bool has_openpgp = !options.openpgp.empty() || !options.listed.empty();
  if (!has_openpgp) return options.pins.empty() ? "pkix" : "pin and pkix";
  return options.pins.empty() ? "openpgp or pkix" : "pin and (openpgp or pkix)";
}

/// What is given and asked by nobody would look as if it counted.
Result<void> check_trust(const Options& options, const TrustExpression& trust) {
  if (!options.pins.empty() && !trust.contains("pin")) {
    return fail(ErrorKind::Malformed, "--pin is given, but the trust expression does not name pin");
  }
  const bool has_openpgp = !options.openpgp.empty() || !options.listed.empty();
  if (has_openpgp && !trust.contains("openpgp")) {
    return fail(ErrorKind::Malformed,
                "--openpgp or --listed is given, but the trust expression does not name openpgp");
  }
  return {};
}

Result<PartyTrust> prepare_trust(const Options& options, tlscore::EventLoop& loop) {
  TrustRules rules{.expression = options.trust.empty() ? default_trust(options) : options.trust,
                   .roots = options.roots,
                   .openpgp = options.listed};
  const auto trust = TrustExpression::parse(rules.expression);
  if (!trust) return fail("--trust", trust.error());
  TRY(check_trust(options, *trust));
  TRY(tlscore::judge::PinAssessor::create(options.pins));
  for (const std::string& pin : options.pins) rules.pins.push_back(TRY(tlscore::from_base64(pin)));
  std::shared_ptr<openpgp_auth::KeyringLookups> keyring;
  if (trust->contains("openpgp")) keyring = TRY(open_keyring(loop, options.keyring));
  return make_trust(rules, keyring);
}

Result<Question> prepare(const Options& options, tlscore::EventLoop& loop) {
  Question question{{.host = options.host, .port = options.port, .chain = {}, .now = {}},
                    TRY(prepare_trust(options, loop))};
  auto& presented = question.presented;
  presented.now = options.time.value_or(tlscore::x509::now());
  if (!options.chain.empty()) {
    presented.chain = TRY(tlscore::x509::load_certificates(options.chain));
    presented.key = presented.chain.front().public_key();
  }
  if (!options.openpgp.empty()) TRY(present_openpgp(presented, options.openpgp, options.openpgp_key));
  return question;
}

tlscore::Task<void> ask_all(const Question& question, tlscore::EventLoop& loop,
                            std::optional<Judgement>& answer) {
  tlscore::Cancel never;
  const PartyTrust& trust = question.trust;
  answer = co_await tlscore::judge::judge(question.presented, trust.expression, trust.assessors, never);
  loop.stop();
}

Result<Judgement> ask(const Question& question, tlscore::EventLoop& loop) {
  std::optional<Judgement> answer;
  tlscore::spawn(loop, ask_all(question, loop, answer));
  if (!answer) loop.run();
  if (!answer) return fail(ErrorKind::Internal, "the judgement did not end");
  return std::move(*answer);
}

std::optional<std::string> shown(std::chrono::sys_seconds expires) {
  if (expires == std::chrono::sys_seconds::max()) return std::nullopt;
  return tlscore::x509::to_rfc3339(expires);
}

/// The X.509 certificate; null without one.
nlohmann::ordered_json certificate_json(const tlscore::judge::Presented& presented) {
  if (presented.chain.empty()) return {};
  const auto& leaf = presented.chain.front();
  return {{"subject", leaf.subject()},
          {"issuer", leaf.issuer()},
          {"not_before", tlscore::x509::to_rfc3339(leaf.not_before())},
          {"not_after", tlscore::x509::to_rfc3339(leaf.not_after())},
          {"sha256", tlscore::to_hex(leaf.sha256())},
          {"pin", tlscore::to_base64(leaf.public_key().spki_sha256())}};
}

nlohmann::ordered_json to_json(const Question& question, const Judgement& judgement) {
  const auto time = [](std::chrono::sys_seconds expires) {
    const auto text = shown(expires);
    return text ? nlohmann::ordered_json(*text) : nlohmann::ordered_json();
  };
  nlohmann::ordered_json evidence = nlohmann::ordered_json::array();
  for (const Finding& finding : judgement.findings) {
    evidence.push_back({{"assessor", finding.assessor},
                        {"verdict", to_string(finding.verdict)},
                        {"reason", finding.reason},
                        {"expires", time(finding.expires)}});
  }
  return {{"host", question.presented.host},
          {"port", question.presented.port},
          {"trust", question.trust.expression.text()},
          {"verdict", to_string(judgement.verdict)},
          {"trusted", judgement.trusted()},
          {"summary", judgement.summary},
          {"expires", time(judgement.expires)},
          {"evidence", evidence},
          {"certificate", certificate_json(question.presented)}};
}

void print(std::ostream& out, const Question& question, const Judgement& judgement) {
  for (const Finding& finding : judgement.findings) {
    out << finding.assessor << ": " << to_string(finding.verdict) << ": " << finding.reason;
    if (const auto expires = shown(finding.expires)) out << " (until " << *expires << ")";
    out << "\n";
  }
  out << question.trust.expression.text() << ": " << to_string(judgement.verdict) << "\n"
      << judgement.summary << "\n";
}

}  // namespace

int run_verify(std::span<const char* const> args, std::ostream& out, std::ostream& err) {
  const auto complain = [&err](const tlscore::Error& error) {
    err << "latchkey verify: " << error.message << "; see latchkey verify --help\n";
    return kUsage;
  };
  const auto options = parse_options(args);
  if (!options) return complain(options.error());
  if (options->help) {
    out << kHelp;
    return kTrusted;
  }
  const auto loop = tlscore::EventLoop::create();
  if (!loop) return complain(loop.error());
  const auto question = prepare(*options, **loop);
  if (!question) return complain(question.error());
  const auto judgement = ask(*question, **loop);
  if (!judgement) return complain(judgement.error());
  if (options->json) {
    // The library would throw at octets that are not UTF-8; file names and hosts may have them.
    out << to_json(*question, *judgement).dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
        << "\n";
  } else {
    print(out, *question, *judgement);
  }
  return judgement->trusted() ? kTrusted : kRefused;
}

}  // namespace proxy
