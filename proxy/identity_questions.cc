// Asking once for all who wait.
#include "proxy/identity_questions.h"

#include <algorithm>

#include "proxy/visible_text.h"
#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;

Identity IdentityQuestions::identity_of(const Party& party) const {
  if (party.identity.kind != Identity::Kind::Ask) return party.identity;
  const auto found = m_answers.find(party.name());
  if (found == m_answers.end()) return party.identity;
  if (found->second == kNoIdentity) return {.kind = Identity::Kind::None};
  return {.kind = Identity::Kind::KeyFingerprint, .value = found->second.substr(kKeyPrefix.size())};
}

std::list<IdentityQuestions::Asked>::iterator IdentityQuestions::add(OpenQuestion question) {
  question.id = ++m_last_id;
  question.since = std::chrono::system_clock::now();
  const auto asked =
      m_asked.insert(m_asked.end(), Asked{.question = std::move(question), .waiting = {}, .limit = {}});
  asked->limit = m_loop.after(m_limit, [this, asked] {
    close(asked,
          fail(ErrorKind::TimedOut, "nobody said which identity " + asked->question.party + " may see"));
  });
  return asked;
}

void IdentityQuestions::close(std::list<Asked>::iterator asked, const Result<void>& outcome) {
  for (const auto& each : asked->waiting) each.settle(outcome);
  m_asked.erase(asked);
  tell();
}

Task<Result<void>> IdentityQuestions::ask(OpenQuestion question, Cancel& cancel) {
  auto asked =
      std::ranges::find(m_asked, question.party, [](const Asked& one) { return one.question.party; });
  if (asked == m_asked.end()) {
    if (m_asked.size() >= kMostOpen)
      co_return fail(ErrorKind::Refused, "too many questions wait for your answer on the status page");
    asked = add(std::move(question));
  }
  const std::uint64_t id = asked->question.id;
  const Promise<void> answered(m_loop);
  asked->waiting.push_back(answered);
  tell();
  auto outcome = co_await answered.wait(cancel);
  // Whoever gave up does not count any more; the question may be gone.
  const auto still = std::ranges::find(m_asked, id, [](const Asked& one) { return one.question.id; });
  if (still != m_asked.end()) {
    std::erase_if(still->waiting, [](const Promise<void>& one) { return one.settled(); });
    tell();
  }
  co_return outcome;
}

void IdentityQuestions::forget(const Error& why) {
  m_answers.clear();
  while (!m_asked.empty()) close(m_asked.begin(), fail(why));
}

std::vector<OpenQuestion> IdentityQuestions::open() const {
  std::vector<OpenQuestion> all;
  all.reserve(m_asked.size());
  for (const Asked& asked : m_asked) {
    all.push_back(asked.question);
    all.back().waiting = asked.waiting.size();
  }
  return all;
}

Result<void> IdentityQuestions::answer(std::uint64_t question, const std::string& choice) {
  const auto asked = std::ranges::find(m_asked, question, [](const Asked& one) { return one.question.id; });
  if (asked == m_asked.end()) return fail(ErrorKind::NotFound, "the question is not open any more");
  const auto& choices = asked->question.choices;
  const auto chosen = std::ranges::find(choices, choice, &OpenQuestion::Choice::id);
  if (chosen == choices.end()) return fail(ErrorKind::Malformed, "the question has no such choice");
  log(LogLevel::Info, "you chose what " + asked->question.party + " may see: " + visible_text(chosen->text));
  m_answers[asked->question.party] = choice;
  close(asked, {});
  return {};
}

}  // namespace proxy
