// Reads the options and files, asks the assessors, prints their findings.
#include "proxy/command_verify.h"

#include <charconv>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tlscore/base/event_loop.h"
#include "tlscore/judge/judgement.h"
#include "tlscore/judge/pin_assessor.h"
#include "tlscore/judge/pkix_assessor.h"
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
    R"(Usage: latchkey verify --host HOST --chain FILE [OPTION]...
Judges a server's certificates as the proxy would, without connecting.

  --host HOST      name or address that the user asked for
  --port N         port it was asked at (default 443)
  --chain FILE     the server's certificates in PEM form, its own first
  --roots FILE     trusted CAs in PEM form, in place of the system's
  --time RFC3339   judge at this time, like 2030-01-01T00:00:00Z (default: now)
  --trust EXPR     names joined by "and", "or" and parentheses: pkix, pin, openpgp, dane
                   (default: pkix; with pins: pin and pkix)
  --pin BASE64     SHA-256 of the server's SubjectPublicKeyInfo; may be repeated
  --json           print the findings as JSON
  --help           print this

Exit status: 0 trusted, 1 refused, 2 usage.
)";

struct Options {
  std::string host;
  std::uint16_t port = 443;
  std::string chain;
  std::string roots;
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

Result<void> set_option(Options& options, std::string_view name, const std::string& value) {
  if (name == "--host") {
    options.host = value;
  } else if (name == "--port") {
    options.port = TRY(parse_port(value));
  } else if (name == "--chain") {
    options.chain = value;
  } else if (name == "--roots") {
    options.roots = value;
  } else if (name == "--time") {
    options.time = TRY(tlscore::x509::parse_rfc3339(value));
  } else if (name == "--trust") {
    options.trust = value;
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
  if (options.chain.empty()) return fail(ErrorKind::Malformed, "--chain is missing");
  TRY(tlscore::x509::ServerName::parse(options.host));
  return options;
}

/// Everything that the judgement needs, read before anything is judged.
struct Question {
  tlscore::judge::Presented presented;
  TrustExpression trust;
  std::vector<std::unique_ptr<tlscore::judge::Assessor>> assessors;
};

Result<Question> prepare(const Options& options) {
  const std::string expression =
      !options.trust.empty() ? options.trust : (options.pins.empty() ? "pkix" : "pin and pkix");
  auto trust = TrustExpression::parse(expression);
  if (!trust) return fail("--trust", std::move(trust.error()));
  if (!options.pins.empty() && !trust->contains("pin")) {
    return fail(ErrorKind::Malformed, "--pin is given, but the trust expression does not name pin");
  }
  Question question{
      {.host = options.host, .port = options.port, .chain = {}, .now = {}}, std::move(*trust), {}};
  question.presented.chain = TRY(tlscore::x509::load_certificates(options.chain));
  question.presented.now = options.time.value_or(tlscore::x509::now());
  question.assessors.push_back(TRY(tlscore::judge::PinAssessor::create(options.pins)));
  if (question.trust.contains("pkix")) {
    auto roots = TRY(options.roots.empty() ? tlscore::x509::TrustStore::system()
                                           : tlscore::x509::TrustStore::from_file(options.roots));
    question.assessors.push_back(std::make_unique<tlscore::judge::PkixAssessor>(std::move(roots)));
  }
  return question;
}

tlscore::Task<void> ask_all(const Question& question, tlscore::EventLoop& loop,
                            std::optional<Judgement>& answer) {
  std::vector<tlscore::judge::Assessor*> assessors;
  assessors.reserve(question.assessors.size());
  for (const auto& assessor : question.assessors) assessors.push_back(assessor.get());
  tlscore::Cancel never;
  answer = co_await tlscore::judge::judge(question.presented, question.trust, assessors, never);
  loop.stop();
}

Result<Judgement> ask(const Question& question) {
  const auto loop = TRY(tlscore::EventLoop::create());
  std::optional<Judgement> answer;
  tlscore::spawn(*loop, ask_all(question, *loop, answer));
  if (!answer) loop->run();
  if (!answer) return fail(ErrorKind::Internal, "the judgement did not end");
  return std::move(*answer);
}

std::optional<std::string> shown(std::chrono::sys_seconds expires) {
  if (expires == std::chrono::sys_seconds::max()) return std::nullopt;
  return tlscore::x509::to_rfc3339(expires);
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
  const auto& leaf = question.presented.chain.front();
  return {{"host", question.presented.host},
          {"port", question.presented.port},
          {"trust", question.trust.text()},
          {"verdict", to_string(judgement.verdict)},
          {"trusted", judgement.trusted()},
          {"summary", judgement.summary},
          {"expires", time(judgement.expires)},
          {"evidence", evidence},
          {"certificate",
           {{"subject", leaf.subject()},
            {"issuer", leaf.issuer()},
            {"not_before", tlscore::x509::to_rfc3339(leaf.not_before())},
            {"not_after", tlscore::x509::to_rfc3339(leaf.not_after())},
            {"sha256", tlscore::to_hex(leaf.sha256())},
            {"pin", tlscore::to_base64(leaf.public_key().spki_sha256())}}}};
}

void print(std::ostream& out, const Question& question, const Judgement& judgement) {
  for (const Finding& finding : judgement.findings) {
    out << finding.assessor << ": " << to_string(finding.verdict) << ": " << finding.reason;
    if (const auto expires = shown(finding.expires)) out << " (until " << *expires << ")";
    out << "\n";
  }
  out << question.trust.text() << ": " << to_string(judgement.verdict) << "\n" << judgement.summary << "\n";
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
  const auto question = prepare(*options);
  if (!question) return complain(question.error());
  const auto judgement = ask(*question);
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
