// The oldest open question, as a notification on the user's desktop, whose buttons answer it.
//
// Beside the status page, never in its place: where there is no desktop, nothing is shown.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "proxy/open_questions.h"
#include "tlscore/base/event_loop.h"
#include "udev/desktop_notifications.h"

namespace proxy {

/// What is shown of a question. It has buttons for up to kMostButtons choices that can be told apart, and
/// always says that `page_address` is where to answer, too. Text is made safe and short; ids of actions are
/// those of the choices, with a prefix.
[[nodiscard]] udev::Notification question_notification(const OpenQuestion& question,
                                                       const std::string& page_address);

/// One question at a time: the next is shown when the oldest is not open any more. One that the user closes
/// is not shown again; the page still has it. On the loop's thread; destroying it withdraws what is shown.
class QuestionNotifier {
 public:
  /// Desktops do not show more.
  static constexpr std::size_t kMostButtons = 3;

  /// Begins to connect to the session bus; without one there is nothing to do. `questions` outlives this.
  QuestionNotifier(tlscore::EventLoop& loop, OpenQuestions& questions, std::string page_address);
  ~QuestionNotifier() = default;
  QuestionNotifier(const QuestionNotifier&) = delete;
  QuestionNotifier& operator=(const QuestionNotifier&) = delete;

  /// To be called when a question was asked, was answered, or is not open any more. May be called from within
  /// OpenQuestions::answer.
  void look();

 private:
  struct Shown {
    std::uint64_t question;
    udev::Notification notification;
  };

  void answer(std::uint64_t question, const std::string& action);

  OpenQuestions& m_questions;
  std::string m_page_address;
  std::optional<Shown> m_shown;
  std::unique_ptr<udev::DesktopNotifications> m_desktop;  ///< None where there is no session bus.
};

}  // namespace proxy
