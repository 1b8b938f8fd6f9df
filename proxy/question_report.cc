// A question for programs and for a terminal.
#include "proxy/question_report.h"

#include "proxy/connection_report.h"
#include "tlscore/base/log.h"

namespace proxy {

using nlohmann::json;
using tlscore::printable;

json questions_report(const OpenQuestions& questions) {
  json report = json::array();
  for (const OpenQuestion& question : questions.open()) {
    json choices = json::array();
    for (const OpenQuestion::Choice& choice : question.choices)
      choices.push_back(
          {{"id", choice.id}, {"text", printable(choice.text)}, {"note", printable(choice.note)}});
    report.push_back({{"id", question.id},
                      {"party", printable(question.party)},
                      {"text", printable(question.text)},
                      {"since", rfc3339(question.since)},
                      {"waiting", question.waiting},
                      {"choices", std::move(choices)}});
  }
  return report;
}

std::string question_text(const json& question, const std::string& page) {
  std::string text = "asks you     " + question["text"].get<std::string>() + " Answer on " + page + '\n';
  for (const json& choice : question["choices"])
    text += "             " + choice["text"].get<std::string>() + '\n';
  return text;
}

}  // namespace proxy
