// The table of checks: daemon and port, and what they serve. Those of the hardware are in doctor_token.cc.
#include "proxy/doctor.h"

#include <algorithm>
#include <array>

#include "proxy/doctor_token.h"
#include "proxy/party.h"
#include "tlscore/base/log.h"

namespace proxy {
namespace {

using namespace tlscore;
using nlohmann::json;

using Check = Diagnosis (*)(const DoctorFacts&);

constexpr const char* kStart = "run `latchkey run`";

Diagnosis ok(std::string says) {
  return {.verdict = Verdict::Ok, .says = std::move(says)};
}

Diagnosis skipped(std::string says) {
  return {.verdict = Verdict::Skipped, .says = std::move(says)};
}

Diagnosis problem(std::string says, std::string to_do) {
  return {.verdict = Verdict::Problem, .says = std::move(says), .to_do = std::move(to_do)};
}

Diagnosis check_configuration(const DoctorFacts& facts) {
  if (!facts.config) {
    return problem(printable(facts.config.error().message),
                   "correct the file, then run `latchkey reload`; an error names file, line and key");
  }
  const std::size_t own = facts.config->parties.size() - 1;  // the demo party is always there
  if (facts.config->source == built_in_config().source)
    return ok("there is no configuration file: the software token and the demo party are all there is");
  const std::string count = own == 0 ? "no" : std::to_string(own);
  return ok(printable(facts.config->source) + " is readable; it has " + count +
            (own < 2 ? " party" : " parties") + " beside the demo party");
}

Diagnosis check_daemon(const DoctorFacts& facts) {
  if (facts.status) return ok("the daemon runs, as process " + std::to_string(facts.status->value("pid", 0)));
  return problem(printable(facts.status.error().message), kStart);
}

Diagnosis check_port(const DoctorFacts& facts) {
  if (!facts.address)
    return skipped("the port cannot be looked at: " + printable(facts.address.error().message));
  if (!facts.pac) {
    if (facts.pac.error().kind == ErrorKind::Unreachable) return problem(facts.pac.error().message, kStart);
    return problem("something listens on " + *facts.address + ", but " + printable(facts.pac.error().message),
                   "see what it is with `ss -ltnp`; end it, or set another listen.address");
  }
  if (facts.pac->owner != facts.user) {
    return problem("the listener on " + *facts.address + " belongs to user " +
                       std::to_string(facts.pac->owner) +
                       ", not to you: programs that use it are seen by him",
                   "set a listen.address of your own in the configuration, and point your programs there");
  }
  if (!facts.status) {
    return problem("another program of yours listens on " + *facts.address,
                   "end it (`ss -ltnp` names it), or set another listen.address");
  }
  return ok(*facts.address + " is this user's");
}

/// The first of the parties' hosts that the script does not name; nothing when all are there.
std::string host_not_in(const std::string& script, const DoctorFacts& facts) {
  if (!facts.config) return {};
  for (const Party& party : facts.config->parties) {
    for (std::string_view host : party.hosts) {
      if (host.starts_with("*.")) host.remove_prefix(2);
      if (!script.contains(host)) return std::string(host);
    }
  }
  return {};
}

Diagnosis check_pac(const DoctorFacts& facts) {
  constexpr std::string_view kType = "application/x-ns-proxy-autoconfig";
  if (!facts.status || !facts.pac) return skipped("the PAC file cannot be fetched without the daemon");
  const std::string url = "http://" + *facts.address + "/proxy.pac";
  if (facts.pac->status != 200)
    return problem(url + " is answered with " + std::to_string(facts.pac->status), "run `latchkey status`");
  if (!facts.pac->content_type.starts_with(kType)) {
    return problem(
        url + " comes as " + printable(facts.pac->content_type) + "; browsers want " + std::string(kType),
        "see whether another program listens there: `ss -ltnp`");
  }
  if (const std::string host = host_not_in(facts.pac->body, facts); !host.empty()) {
    return {.verdict = Verdict::Warning,
            .says = "the PAC file does not name the party " + host + ", which the configuration has",
            .to_do = "run `latchkey reload`, then have the browser load the PAC file again"};
  }
  return ok(url + " names every party");
}

Diagnosis check_demo(const DoctorFacts& facts) {
  const std::string url = "http://" + std::string(kDemoHost) + "/";
  if (!facts.status || !facts.status->value("armed", false))
    return skipped(url + " is visited only while a token is armed");
  if (!facts.demo) {
    return problem(url + " does not answer: " + printable(facts.demo.error().message),
                   "see the last refusals in `latchkey status`");
  }
  if (facts.demo->status != 200) {
    return problem(url + " is answered with " + std::to_string(facts.demo->status),
                   "see why in the last refusals of `latchkey status`");
  }
  return ok(url + " answers: token, TLS and proxy work together");
}

std::string as_text(const Diagnosis& diagnosis) {
  constexpr std::size_t kVerdictColumn = 9;
  constexpr std::size_t kCheckColumn = 15;
  std::string verdict(to_string(diagnosis.verdict));
  verdict.resize(std::max(kVerdictColumn, verdict.size() + 1), ' ');
  std::string check = diagnosis.check;
  check.resize(std::max(kCheckColumn, check.size() + 1), ' ');
  std::string text = verdict + check + diagnosis.says + "\n";
  if (!diagnosis.to_do.empty())
    text += std::string(kVerdictColumn + kCheckColumn, ' ') + "-> " + diagnosis.to_do + "\n";
  return text;
}

struct NamedCheck {
  std::string_view name;
  Check check;
};

constexpr auto kChecks = std::to_array<NamedCheck>({
    {"configuration", check_configuration},
    {"daemon", check_daemon},
    {"port", check_port},
    {"udev", check_udev},
    {"pcscd", check_pcscd},
    {"readers", check_readers},
    {"gnupg", check_gnupg},
    {"token", check_token},
    {"pin-tries", check_pin_tries},
    {"keys", check_keys},
    {"certificates", check_certificates},
    {"pac", check_pac},
    {"demo", check_demo},
});

}  // namespace

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::Ok: return "ok";
    case Verdict::Skipped: return "skipped";
    case Verdict::Warning: return "warning";
    case Verdict::Problem: return "problem";
  }
  return "problem";
}

std::vector<Diagnosis> diagnose(const DoctorFacts& facts) {
  std::vector<Diagnosis> found;
  for (const NamedCheck& each : kChecks) {
    Diagnosis diagnosis = each.check(facts);
    diagnosis.check = each.name;
    found.push_back(std::move(diagnosis));
  }
  return found;
}

bool all_well(const std::vector<Diagnosis>& found) {
  return std::ranges::all_of(found, [](const Diagnosis& each) {
    return each.verdict == Verdict::Ok || each.verdict == Verdict::Skipped;
  });
}

std::string diagnoses_as_text(const std::vector<Diagnosis>& found) {
  std::string text;
  for (const Verdict verdict : {Verdict::Ok, Verdict::Skipped, Verdict::Warning, Verdict::Problem}) {
    for (const Diagnosis& each : found) {
      if (each.verdict == verdict) text += as_text(each);
    }
  }
  return text;
}

json diagnoses_as_json(const std::vector<Diagnosis>& found) {
  json checks = json::array();
  for (const Diagnosis& each : found) {
    checks.push_back({{"check", each.check},
                      {"verdict", to_string(each.verdict)},
                      {"says", each.says},
                      {"to_do", each.to_do}});
  }
  return {{"well", all_well(found)}, {"checks", std::move(checks)}};
}

}  // namespace proxy
