// A question in the words of a notification, and which one is shown.
#include "proxy/question_notifier.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "proxy/visible_text.h"
#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;
using udev::DesktopNotifications;
using udev::Notification;

namespace {

constexpr std::string_view kActionPrefix = "answer-";  // so that no choice is the specification's "default"
constexpr std::size_t kMaxTextBytes = 300;
constexpr std::size_t kMaxLabelBytes = 80;

/// On one line, valid UTF-8, and of at most about `most` octets.
std::string safe(std::string_view text, std::size_t most) {
  std::string shown = printable(visible_text(text));
  if (shown.size() <= most) return shown;
  while (most > 0 && (static_cast<unsigned char>(shown[most]) & 0xc0U) == 0x80) --most;
  return shown.substr(0, most) + "...";
}

using Actions = std::vector<Notification::Action>;

bool can_be_told_apart(const Actions& actions) {
  const auto is_first = [&](const Notification::Action& action) {
    return std::ranges::find(actions, action.label, &Notification::Action::label)->id == action.id;
  };
  return std::ranges::all_of(actions, is_first);
}

Actions buttons_for(const OpenQuestion& question, bool with_notes) {
  Actions actions;
  for (const auto& choice : question.choices) {
    std::string label = safe(choice.text, kMaxLabelBytes);
    if (with_notes && !choice.note.empty()) label += " (" + safe(choice.note, kMaxLabelBytes) + ")";
    actions.push_back({.id = std::string(kActionPrefix) + choice.id, .label = std::move(label)});
  }
  return actions;
}

/// None where there are too many, or two look the same: the page shows more of them.
Actions buttons_for(const OpenQuestion& question) {
  if (question.choices.size() > QuestionNotifier::kMostButtons) return {};
  for (const bool with_notes : {false, true}) {
    Actions actions = buttons_for(question, with_notes);
    if (can_be_told_apart(actions)) return actions;
  }
  return {};
}

}  // namespace

Notification question_notification(const OpenQuestion& question, const std::string& page_address) {
  Notification made{.summary = safe(question.text, kMaxTextBytes)};
  const std::string why = "Asked for a connection to " + safe(question.party, kMaxTextBytes) + ".\n";
  made.actions = buttons_for(question);
  made.body_without_actions = why + "Answer on " + page_address;
  made.body = made.actions.empty() ? made.body_without_actions : why + "Answer here or on " + page_address;
  return made;
}

QuestionNotifier::QuestionNotifier(EventLoop& loop, OpenQuestions& questions, std::string page_address)
    : m_questions(questions), m_page_address(std::move(page_address)) {
  auto desktop = DesktopNotifications::start(
      loop, [this](std::uint64_t id, const std::string& action) { answer(id, action); });
  if (desktop) {
    m_desktop = std::move(*desktop);
  } else {
    log(LogLevel::Info, desktop.error().message + ": no question is shown on the desktop");
  }
}

void QuestionNotifier::look() {
  if (!m_desktop) return;
  const auto open = m_questions.open();
  if (m_shown && (open.empty() || open.front().id != m_shown->question)) {
    m_desktop->withdraw(m_shown->question);
    m_shown.reset();
  }
  if (open.empty()) return;
  Notification notification = question_notification(open.front(), m_page_address);
  if (m_shown && m_shown->notification == notification) return;
  m_shown = Shown{.question = open.front().id, .notification = notification};
  m_desktop->show(m_shown->question, std::move(notification));
}

void QuestionNotifier::answer(std::uint64_t question, const std::string& action) {
  if (!m_shown || m_shown->question != question || !action.starts_with(kActionPrefix)) return;
  const auto answered = m_questions.answer(question, action.substr(kActionPrefix.size()));
  if (!answered) log(LogLevel::Info, "an answer on the desktop came to nothing: " + answered.error().message);
  look();
}

}  // namespace proxy
