// The table of checks: daemon and port, and what they serve. Those of the hardware are in doctor_token.cc.
#include "proxy/doctor.h"

#include <algorithm>
#include <array>

#include "proxy/doctor_browsers.h"
#include "proxy/doctor_dns.h"
#include "proxy/doctor_old_files.h"
#include "proxy/doctor_openpgp.h"
#include "proxy/doctor_proxies.h"
#include "proxy/doctor_token.h"
#include "proxy/doctor_units.h"
#include "proxy/party.h"
#include "tlscore/base/log.h"
#include "tlscore/x509/date.h"

namespace proxy {
namespace {

using namespace tlscore;
using nlohmann::json;

using Check = Diagnosis (*)(const DoctorFacts&);

Diagnosis ok(std::string says) {
  return {.verdict = Verdict::Ok, .says = std::move(says)};
}

Diagnosis skipped(std::string says) {
  return {.verdict = Verdict::Skipped, .says = std::move(says)};
}

Diagnosis problem(std::string says, std::string to_do) {
  return {.verdict = Verdict::Problem, .says = std::move(says), .to_do = std::move(to_do)};
}

/// By systemd where it would do so; without a configuration file it would not.
std::string how_to_start(const DoctorFacts& facts) {
  const bool is_configured = facts.config && facts.config->source != built_in_config().source;
  if (is_configured && facts.units.find("latchkey.service") != nullptr)
    return "run `systemctl --user start latchkey.service`";
  return "run `latchkey run`";
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

/// Certificates, DNSSEC and CRLs are judged by it.
Diagnosis check_clock(const DoctorFacts& facts) {
  constexpr std::chrono::days kTimeZones{1};
  const std::string now = x509::to_rfc3339(facts.now);
  if (facts.now + kTimeZones < facts.installed) {
    return problem("the clock says " + now + ", and this program is from " +
                       x509::to_rfc3339(facts.installed) +
                       ": by a wrong clock good certificates look bad, and bad ones good",
                   "run `sudo timedatectl set-ntp true`");
  }
  if (facts.clock_is_kept) return ok("the clock says " + now + ", and is kept right");
  return skipped("the clock says " + now + "; nobody here keeps it right, or it is kept outside");
}

/// What Latchkey's processes give up (tlscore/README.md). They work without.
Diagnosis check_kernel(const DoctorFacts& facts) {
  if (!facts.filters_calls) {
    return {.verdict = Verdict::Warning,
            .says =
                "the kernel takes no filter of calls (seccomp): whoever breaks into a process of "
                "Latchkey's, or into a token's module, can do all that you can",
            .to_do = "use a kernel with CONFIG_SECCOMP_FILTER, as distributions build it"};
  }
  if (!facts.fences_folders)
    return skipped(
        "calls are filtered, but the kernel fences no folders (Landlock): `lsm=landlock,...` on its "
        "command line may switch it on");
  return ok("the kernel keeps Latchkey's processes to the calls and the folders that they need");
}

Diagnosis check_daemon(const DoctorFacts& facts) {
  if (facts.status) return ok("the daemon runs, as process " + std::to_string(facts.status->value("pid", 0)));
  const Error& why = facts.status.error();
  return problem(why.kind == ErrorKind::Unreachable ? "Latchkey is not running" : printable(why.message),
                 how_to_start(facts));
}

/// Does the daemon know whoever answers at the port as the system's dispatcher?
bool is_dispatcher(const DoctorFacts& facts) {
  if (!facts.status || !facts.status->contains("dispatcher")) return false;
  const auto& dispatcher = (*facts.status)["dispatcher"];
  return dispatcher.is_number_unsigned() && dispatcher.get<uid_t>() == facts.pac->owner;
}

Diagnosis check_port(const DoctorFacts& facts) {
  if (!facts.address)
    return skipped("the port cannot be looked at: " + printable(facts.address.error().message));
  if (!facts.pac) {
    if (facts.pac.error().kind == ErrorKind::Unreachable)
      return problem(facts.pac.error().message, how_to_start(facts));
    return problem("something listens on " + *facts.address + ", but " + printable(facts.pac.error().message),
                   "see what it is with `ss -ltnp`; end it, or set another listen.address");
  }
  if (is_dispatcher(facts))
    return ok(*facts.address + " is held by the system, which gives your connections to your daemon");
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

/// What several checks say of the same cause is one line.
std::vector<Diagnosis> joined(const std::vector<Diagnosis>& found) {
  std::vector<Diagnosis> lines;
  for (const Diagnosis& each : found) {
    const auto same = std::ranges::find_if(lines, [&](const Diagnosis& line) {
      return line.verdict == each.verdict && line.says == each.says && line.to_do == each.to_do;
    });
    if (same == lines.end()) {
      lines.push_back(each);
    } else {
      same->check += ", " + each.check;
    }
  }
  return lines;
}

struct NamedCheck {
  std::string_view name;
  Check check;
};

constexpr auto kChecks = std::to_array<NamedCheck>({
    {"configuration", check_configuration},
    {"clock", check_clock},
    {"dns", check_dns},
    {"kernel", check_kernel},
    {"daemon", check_daemon},
    {"units", check_units},
    {"port", check_port},
    {"udev", check_udev},
    {"pcscd", check_pcscd},
    {"readers", check_readers},
    {"gnupg", check_gnupg},
    {"token", check_token},
    {"pin-tries", check_pin_tries},
    {"keys", check_keys},
    {"openpgp", check_openpgp},
    {"certificates", check_certificates},
    {"pac", check_pac},
    {"proxy-settings", check_proxies},
    {"browsers", check_browsers},
    {"policies", check_policies},
    {"old-files", check_old_files},
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
  const std::vector<Diagnosis> lines = joined(found);
  for (const Verdict verdict : {Verdict::Ok, Verdict::Skipped, Verdict::Warning, Verdict::Problem}) {
    for (const Diagnosis& each : lines) {
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
