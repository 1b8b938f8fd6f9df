// Gathers, diagnoses, prints.
#include "proxy/command_doctor.h"

#include <array>

#include "proxy/doctor.h"
#include "proxy/doctor_facts.h"

namespace proxy {

using namespace tlscore;

int run_doctor(Arguments arguments, std::ostream& out, std::ostream& err) {
  constexpr auto kFlags = std::to_array<std::string_view>({"--json"});
  constexpr auto kOptions = std::to_array<std::string_view>({"--config"});
  const auto parsed = parse_arguments(arguments, kFlags, kOptions);
  if (!parsed) return complain(err, "doctor", parsed.error(), kUsage);
  if (parsed->has("--help")) {
    out << "usage: latchkey doctor [--json] [--config FILE]\n"
           "Checks configuration, daemon, port, reader, card, GnuPG beside it, keys, certificates and PAC "
           "file,\n"
           "and says what to do about each finding. Never asks for a PIN.\n"
           "Exit status: 0 all well, 1 otherwise.\n";
    return kSuccess;
  }
  if (!parsed->rest.empty())
    return complain(err, "doctor", {ErrorKind::Malformed, "doctor takes no arguments"}, kUsage);
  const std::vector<Diagnosis> found = diagnose(*gather_doctor_facts(parsed->value("--config")));
  out << (parsed->has("--json") ? diagnoses_as_json(found).dump(2) + "\n" : diagnoses_as_text(found));
  return all_well(found) ? kSuccess : kFailure;
}

}  // namespace proxy
