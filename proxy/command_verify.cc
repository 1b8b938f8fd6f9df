// Reads the files, asks the assessors, and has their findings printed.
#include "proxy/command_verify.h"

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "openpgp-auth/presented_key.h"
#include "proxy/openpgp_file.h"
#include "proxy/settings.h"
#include "proxy/user_keyring.h"
#include "proxy/verify_options.h"
#include "proxy/verify_report.h"
#include "tlscore/base/event_loop.h"
#include "tlscore/judge/judgement.h"
#include "tlscore/judge/pin_assessor.h"
#include "tlscore/x509/date.h"

namespace proxy {
namespace {

using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;
using tlscore::dns::Security;
using tlscore::dns::TlsaAnswer;
using tlscore::dns::TlsaLookups;
using tlscore::dns::TlsaQuestion;
using tlscore::dns::TlsaRecord;
using tlscore::judge::Judgement;
using tlscore::judge::Presented;
using tlscore::judge::TrustExpression;
using tlscore::x509::Certificate;

constexpr int kTrusted = 0;
constexpr int kRefused = 1;
constexpr int kUsage = 2;

/// Everything that the judgement needs, read before anything is judged.
struct Question {
  Presented presented;
  PartyTrust trust;
};

/// What is given and asked by nobody would look as if it counted.
Result<void> check_trust(const VerifyOptions& options, const TrustExpression& trust) {
  if (!options.pins.empty() && !trust.contains("pin")) {
    return fail(ErrorKind::Malformed, "--pin is given, but the trust expression does not name pin");
  }
  const bool has_openpgp = !options.openpgp.empty() || !options.listed.empty();
  if (has_openpgp && !trust.contains("openpgp")) {
    return fail(ErrorKind::Malformed,
                "--openpgp or --listed is given, but the trust expression does not name openpgp");
  }
  if (!options.tlsa.empty() && !trust.contains("dane")) {
    return fail(ErrorKind::Malformed, "--tlsa is given, but the trust expression does not name dane");
  }
  return {};
}

/// The records of --tlsa, as a resolver would have them that had found them so.
class GivenTlsa final : public TlsaLookups {
 public:
  explicit GivenTlsa(std::vector<TlsaRecord> records) : m_records(std::move(records)) {}

  tlscore::Task<TlsaAnswer> find(TlsaQuestion question, tlscore::Cancel& /*cancel*/) override {
    co_return TlsaAnswer{.security = Security::Secure,
                         .records = m_records,
                         .base_domain = std::move(question.host),
                         .expires = std::chrono::sys_seconds::max()};
  }

 private:
  std::vector<TlsaRecord> m_records;
};

Result<TrustExpression> parse_trust(const VerifyOptions& options) {
  if (options.trust.empty()) return TrustExpression::standard(!options.pins.empty());
  auto trust = TrustExpression::parse(options.trust);
  if (!trust) return fail("--trust", trust.error());
  TRY(check_trust(options, *trust));
  return trust;
}

Result<PartyTrust> prepare_trust(const VerifyOptions& options, const Presented& presented,
                                 tlscore::EventLoop& loop) {
  const auto trust = TRY(parse_trust(options));
  TrustRules rules{.expression = trust.text(),
                   .roots = options.roots,
                   .crls = options.crls,
                   .openpgp = options.listed,
                   .dane = {.lookups = std::make_shared<GivenTlsa>(options.tlsa)}};
  TRY(tlscore::judge::PinAssessor::create(options.pins));
  for (const std::string& pin : options.pins) rules.pins.push_back(TRY(tlscore::from_base64(pin)));
  // A keyring is opened for who needs one: it has a folder made, which not every machine has a place for.
  const auto key = openpgp_auth::find_presented_key(presented);
  const bool needs_keyring = trust.contains("openpgp") && key && *key;
  const auto keyring = needs_keyring ? TRY(open_keyring(loop, options.keyring)) : nullptr;
  return make_trust(rules, keyring);
}

Result<std::vector<Certificate>> read_chain(const VerifyOptions& options) {
  if (options.chain.empty()) return std::vector<Certificate>{};
  return tlscore::x509::load_certificates(options.chain);
}

/// The file is there, and what was presented is in it; that nobody can read it is the peer's fault.
bool is_about_contents(const tlscore::Error& error) {
  return error.kind != ErrorKind::NotFound && error.kind != ErrorKind::Internal;
}

Result<Presented> read_presented(const VerifyOptions& options, const std::vector<Certificate>& chain) {
  Presented presented{.host = options.host,
                      .port = options.port,
                      .chain = chain,
                      .now = options.time.value_or(tlscore::x509::now())};
  if (!chain.empty()) presented.key = chain.front().public_key();
  if (!options.openpgp.empty()) TRY(present_openpgp(presented, options.openpgp, options.openpgp_key));
  return presented;
}

Result<Question> prepare(const VerifyOptions& options, const std::vector<Certificate>& chain,
                         tlscore::EventLoop& loop) {
  auto presented = TRY(read_presented(options, chain));
  auto trust = TRY(prepare_trust(options, presented, loop));
  return Question{std::move(presented), std::move(trust)};
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

}  // namespace

int run_verify(std::span<const char* const> args, std::ostream& out, std::ostream& err) {
  const auto complain = [&err](const tlscore::Error& error) {
    err << "latchkey verify: " << error.message << "; see latchkey verify --help\n";
    return kUsage;
  };
  const auto options = parse_verify_options(args);
  if (!options) return complain(options.error());
  if (options->help) {
    out << kVerifyHelp;
    return kTrusted;
  }
  const auto chain = read_chain(*options);
  if (!chain) {
    const int status = complain(chain.error());
    return is_about_contents(chain.error()) ? kRefused : status;
  }
  const auto loop = tlscore::EventLoop::create();
  if (!loop) return complain(loop.error());
  const auto question = prepare(*options, *chain, **loop);
  if (!question) return complain(question.error());
  const auto judgement = ask(*question, **loop);
  if (!judgement) return complain(judgement.error());
  const VerifyReport report{question->presented, question->trust.expression.text(), *judgement};
  options->json ? print_json(out, report) : print_text(out, report);
  return judgement->trusted() ? kTrusted : kRefused;
}

}  // namespace proxy
