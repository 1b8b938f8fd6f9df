// What the doctor's checks are written with.
#pragma once

#include <string>
#include <utility>

#include "proxy/doctor.h"

namespace proxy {

[[nodiscard]] inline Diagnosis result(Verdict verdict, std::string says, std::string to_do = "") {
  return {.verdict = verdict, .says = std::move(says), .to_do = std::move(to_do)};
}

/// A member of the daemon's answer; null where it is not there.
[[nodiscard]] inline nlohmann::json member(const nlohmann::json& object, const char* name) {
  return object.is_object() ? object.value(name, nlohmann::json()) : nlohmann::json();
}

/// The same of a text; empty where it is none.
[[nodiscard]] inline std::string text(const nlohmann::json& object, const char* name) {
  const nlohmann::json value = member(object, name);
  return value.is_string() ? value.get<std::string>() : "";
}

}  // namespace proxy
