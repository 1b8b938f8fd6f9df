// Gathers, diagnoses, prints.
#include "proxy/command_doctor.h"

#include <array>

#include "proxy/doctor.h"
#include "proxy/doctor_facts.h"
#include "proxy/doctor_fix.h"

namespace proxy {

using namespace tlscore;

int run_doctor(Arguments arguments, std::ostream& out, std::ostream& err) {
  constexpr auto kFlags = std::to_array<std::string_view>({"--json", "--fix"});
  constexpr auto kOptions = std::to_array<std::string_view>({"--config"});
  const auto parsed = parse_arguments(arguments, kFlags, kOptions);
  if (!parsed) return complain(err, "doctor", parsed.error(), kUsage);
  if (parsed->has("--help")) {
    out << "usage: latchkey doctor [--fix] [--json] [--config FILE]\n"
           "Checks the whole set-up, from configuration and DNS over token and certificates to the browsers, "
           "and\n"
           "says what to do about each finding. Never asks for a PIN.\n"
           "  --fix   first writes into GnuPG's scdaemon.conf what it lacks to share the card, and ends "
           "scdaemon.\n"
           "Exit status: 0 all well, 1 otherwise.\n";
    return kSuccess;
  }
  if (!parsed->rest.empty())
    return complain(err, "doctor", {ErrorKind::Malformed, "doctor takes no arguments"}, kUsage);
  auto facts = gather_doctor_facts(parsed->value("--config"));
  if (parsed->has("--fix")) {
    const auto fixed = fix_gnupg(*facts);
    if (!fixed) return complain(err, "doctor", fixed.error(), kFailure);
    err << *fixed << (fixed->empty() ? "nothing was to be fixed\n" : "\n");
    if (!fixed->empty()) facts = gather_doctor_facts(parsed->value("--config"));
  }
  const std::vector<Diagnosis> found = diagnose(*facts);
  out << (parsed->has("--json") ? diagnoses_as_json(found).dump(2) + "\n" : diagnoses_as_text(found));
  return all_well(found) ? kSuccess : kFailure;
}

}  // namespace proxy
