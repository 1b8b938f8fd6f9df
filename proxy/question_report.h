// Open questions as `status` tells of them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "proxy/open_questions.h"

namespace proxy {

/// [{"id", "party", "text", "since", "waiting", "choices": [{"id", "text", "note"}]}]. Stable: fields are
/// added.
[[nodiscard]] nlohmann::json questions_report(const OpenQuestions& questions);

/// For a terminal, from one entry of that report; `page` is the status page's address.
[[nodiscard]] std::string question_text(const nlohmann::json& question, const std::string& page);

}  // namespace proxy
