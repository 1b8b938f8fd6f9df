// Which problem an error is to the person who has it, and the answer that says so.
#pragma once

#include <string>

#include "proxy/http_message.h"
#include "tlscore/base/result.h"

namespace proxy {

struct Problem {
  int status;
  std::string title;
  std::string what_happened;
  std::string what_to_do;
};
enum class Audience { Browser, Program, Json };
[[nodiscard]] Audience audience_of(const HttpRequest& request);
[[nodiscard]] Problem problem_for(const tlscore::Error& error);
[[nodiscard]] Problem stranger_problem();
[[nodiscard]] Problem bad_request_problem(int status, std::string what);
[[nodiscard]] std::string problem_response(const Problem& problem, Audience audience, bool head);

}  // namespace proxy
