// Shows questions on the desktop as the product does: how the tests see a QuestionNotifier without a
// Latchkey.
//
// Reads lines of JSON: [{"id": 1, "party": "p", "text": "t", "choices": [["id", "text", "note"], ...]}, ...]
// are the questions that are open from now on. Says {"open": NUMBER} when that is done, and {"answered":
// [QUESTION, "choice"]} for each answer, which takes the question away. Ends with its input.
#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "proxy/question_notifier.h"
#include "tlscore/base/descriptor_watch.h"

namespace {

using namespace tlscore;  // NOLINT(google-build-using-namespace): a program of one file
using nlohmann::json;

void say(const json& what) {
  std::cout << what.dump() << '\n' << std::flush;
}

class Questions final : public proxy::OpenQuestions {
 public:
  explicit Questions(EventLoop& loop) : m_notifier(loop, *this, "http://127.0.0.1:9/") {}

  void set(const json& questions) {
    m_open.clear();
    for (const json& each : questions) {
      proxy::OpenQuestion question;
      question.id = each.at("id");
      question.party = each.at("party");
      question.text = each.at("text");
      for (const json& choice : each.at("choices"))
        question.choices.push_back({.id = choice.at(0), .text = choice.at(1), .note = choice.at(2)});
      m_open.push_back(std::move(question));
    }
    m_notifier.look();
    say({{"open", m_open.size()}});
  }

  [[nodiscard]] std::vector<proxy::OpenQuestion> open() const override { return m_open; }

  Result<void> answer(std::uint64_t question, const std::string& choice) override {
    say({{"answered", {question, choice}}});
    std::erase_if(m_open, [&](const auto& each) { return each.id == question; });
    m_notifier.look();
    return {};
  }

 private:
  std::vector<proxy::OpenQuestion> m_open;
  proxy::QuestionNotifier m_notifier;
};

}  // namespace

int main() {
  const auto loop = *EventLoop::create();
  Questions questions(*loop);
  const auto read = [&] {
    std::string line;
    if (std::getline(std::cin, line)) {
      questions.set(json::parse(line));
    } else {
      loop->stop();
    }
  };
  const auto watch = *DescriptorWatch::create(*loop, 0, DescriptorWatch::For::Reading, read);
  loop->run();
  return 0;
}
