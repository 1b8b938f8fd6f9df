// `latchkey doctor`: what the facts mean for the user, and what to do about each of them.
//
// Pure: doctor_facts.h brings the facts. A check is one function; the table in doctor.cc has them all.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/doctor_facts.h"

namespace proxy {

enum class Verdict : std::uint8_t {
  Ok,
  Skipped,  ///< Cannot be told, or does not matter in this set-up; `says` has why.
  Warning,  ///< Works now; something will not, or not for everybody.
  Problem,  ///< Does not work.
};

/// "ok", "skipped", "warning", "problem". Stable, for JSON.
[[nodiscard]] std::string_view to_string(Verdict verdict);

/// What one check found.
struct Diagnosis {
  std::string check{};  ///< Its name, stable: "configuration", "daemon", "port", ...
  Verdict verdict = Verdict::Ok;
  std::string says{};   ///< One sentence, safe to print.
  std::string to_do{};  ///< The same; empty where nothing is to be done.
};

/// All checks, in the order in which things depend on each other.
[[nodiscard]] std::vector<Diagnosis> diagnose(const DoctorFacts& facts);

/// No problem and no warning is among them.
[[nodiscard]] bool all_well(const std::vector<Diagnosis>& found);

/// One line a check, with what to do below it; problems last. Checks that say the same share a line.
[[nodiscard]] std::string diagnoses_as_text(const std::vector<Diagnosis>& found);

/// {"well": bool, "checks": [{"check", "verdict", "says", "to_do"}]}, in the order of the checks.
[[nodiscard]] nlohmann::json diagnoses_as_json(const std::vector<Diagnosis>& found);

}  // namespace proxy
