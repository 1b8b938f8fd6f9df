// What the dispatcher answers to whoever enters.
#include "proxy/dispatch_entry.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

using tlscore::ErrorKind;

TEST(DispatchEntry, ReadsWhoTheDispatcherIsAndWhatItHolds) {
  const auto answer = parse_dispatcher_answer("ok 61234 127.0.0.1:6091 [::1]:6091");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->user, 61234U);
  EXPECT_EQ(answer->addresses, (std::vector<std::string>{"127.0.0.1:6091", "[::1]:6091"}));
}

TEST(DispatchEntry, ARefusalKeepsItsSentence) {
  const auto answer = parse_dispatcher_answer("no the socket\nis mine");
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, ErrorKind::Refused);
  EXPECT_TRUE(answer.error().message.ends_with("the socket\\x0ais mine")) << answer.error().message;
}

TEST(DispatchEntry, RefusesWhateverElseIsSaid) {
  for (const std::string_view text :
       {"", "ok", "ok ", "ok root", "ok 12x 127.0.0.1:6091", "ok -1", "yes 1", " ok 1", "ok 99999999999"}) {
    SCOPED_TRACE(text);
    const auto answer = parse_dispatcher_answer(text);
    ASSERT_FALSE(answer.has_value());
    EXPECT_EQ(answer.error().kind, ErrorKind::Malformed);
  }
}

TEST(DispatchEntry, AMachineWithoutADispatcherIsUnreachable) {
  tlscore::UniqueFd kept;
  const auto entered = enter_dispatcher("/run/latchkey-that-is-not-there/dispatch.sock", "/",
                                        std::chrono::milliseconds(10), kept);
  ASSERT_FALSE(entered.has_value());
  EXPECT_EQ(entered.error().kind, ErrorKind::Unreachable);
}

}  // namespace
}  // namespace proxy
