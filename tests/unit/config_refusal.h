// For the tests of the configuration: one party, and what is said of a file that is refused.
#pragma once

#include <gtest/gtest.h>

#include "proxy/config.h"

namespace proxy {

/// A party `a.example`; `lines` begin on its third line.
inline std::string party(const std::string& lines) {
  return "[[party]]\nhosts = [\"a.example\"]\n" + lines + "\n";
}

/// The complaint about `text`, or `accepted`.
inline std::string refusal(const std::string& text) {
  const auto config = parse_config(text, "c.toml");
  return config ? "accepted" : config.error().message;
}

/// The message begins with `begin`, so that file, line and key are right, and tells `why`.
inline void expect_refusal(const std::string& text, const std::string& begin, const std::string& why) {
  SCOPED_TRACE(text);
  const std::string message = refusal(text);
  EXPECT_TRUE(message.starts_with(begin)) << message;
  EXPECT_NE(message.find(why), std::string::npos) << message;
}

}  // namespace proxy
