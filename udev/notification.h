// What a notification on the user's desktop says. Pure: desktop_notifications.h shows it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace udev {

/// What is shown. Texts are UTF-8 without NUL, else it is not shown, and plain: nothing in them is markup.
struct Notification {
  struct Action {
    std::string id;     ///< Not "default", which is a click beside the buttons.
    std::string label;  ///< On the button.
    friend bool operator==(const Action&, const Action&) = default;
  };
  std::string summary;                 ///< One line.
  std::string body{};                  ///< May have several.
  std::string body_without_actions{};  ///< In its place where the desktop has no buttons.
  std::vector<Action> actions{};       ///< Desktops show three, some fewer.
  friend bool operator==(const Notification&, const Notification&) = default;
};

/// Text for a server that reads markup, so that it is shown as it is: "&", "<" and ">" escaped.
[[nodiscard]] std::string escape_markup(std::string_view text);

}  // namespace udev
