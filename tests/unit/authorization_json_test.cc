// What a hook's answer says, and for how long.
#include "tlscore/judge/authorization_json.h"

#include <gtest/gtest.h>

namespace tlscore::judge {
namespace {

using std::chrono::seconds;

TEST(HookAnswer, SaysWhetherWhyAndForHowLong) {
  const auto answer =
      parse_hook_answer("{\"allow\":true,\"ttl\":90,\"reason\":\"a\\u0007 member\",\"more\":[1]}\n");
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->allow, true);
  EXPECT_EQ(answer->ttl, seconds(90));
  EXPECT_FALSE(answer->reason.contains('\a')) << answer->reason;
  EXPECT_EQ(parse_hook_answer("{}").value().allow, std::nullopt);
}

TEST(HookAnswer, ADenialIsRememberedForAMinuteAtMost) {
  EXPECT_EQ(lifetime_of({.allow = true, .ttl = seconds(90)}), seconds(90));
  EXPECT_EQ(lifetime_of({.allow = false, .ttl = seconds(90)}), seconds(60));
  EXPECT_EQ(lifetime_of({.allow = false, .ttl = seconds(5)}), seconds(5));
  EXPECT_EQ(parse_hook_answer("{\"ttl\":99999999999}").value().ttl, kMaxHookTtl);
}

TEST(HookAnswer, IsRefusedWhereAMemberHasAnotherType) {
  for (const char* text : {"", "true", "[]", "{", "{\"allow\":1}", "{\"allow\":\"true\"}", "{\"allow\":null}",
                           "{\"ttl\":-1}", "{\"ttl\":1.5}", "{\"ttl\":\"1\"}", "{\"reason\":1}", "{} {}"}) {
    const auto answer = parse_hook_answer(text);
    ASSERT_FALSE(answer) << text;
    EXPECT_EQ(answer.error().kind, ErrorKind::Malformed) << text;
  }
  EXPECT_EQ(parse_hook_answer(std::string(kMaxHookAnswerBytes + 1, ' ')).error().kind, ErrorKind::TooLarge);
}

}  // namespace
}  // namespace tlscore::judge
