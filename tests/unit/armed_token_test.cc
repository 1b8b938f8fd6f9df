// A token whose signer hangs while it is opened.
#include "proxy/armed_token.h"

#include "tests/unit/soft_token_fixture.h"

namespace proxy {
namespace {

using namespace tlscore;

class ArmedTokenTest : public token::SoftTokenTest {
 protected:
  [[nodiscard]] std::unique_ptr<ArmedToken> plugged_in(const std::string& misdeeds) {
    TokenSettings settings;
    settings.signer = options(misdeeds);
    settings.signer.call_limit = std::chrono::milliseconds(2000);
    settings.pin = token::PinSource::File;
    settings.pin_file = s_token.pin_file();
    auto token = std::make_unique<ArmedToken>(*loop, settings, TokenPlace{.key = "1"},
                                              [](const auto&, const auto&) {});
    token->plugged();
    return token;
  }

  void wait_for(const ArmedToken& token, TokenState state) {
    while (token.state() != state) event_base_loop(loop->base(), EVLOOP_ONCE);
  }
};

TEST_F(ArmedTokenTest, AModuleThatHangsWhileItIsOpenedIsTriedOnceMore) {
  const auto token = plugged_in("hang-slots");
  while (calls("C_GetSlotList") == 0) event_base_loop(loop->base(), EVLOOP_ONCE | EVLOOP_NONBLOCK);
  write(misdeeds_file, "");
  wait_for(*token, TokenState::Armed);
  EXPECT_EQ(token->keys().size(), 3U);
}

TEST_F(ArmedTokenTest, AModuleThatHangsAgainIsBrokenAndNobodyHasLockedIt) {
  const auto token = plugged_in("hang-slots");
  wait_for(*token, TokenState::Broken);
  EXPECT_EQ(calls("C_GetSlotList"), 2U);
  EXPECT_EQ(
      token->disarmed_error().message,
      "the token cannot be used (the token did not answer within 2 s): pull it out and insert it again, or "
      "run `latchkey unlock`");
  write(misdeeds_file, "");
  EXPECT_TRUE(wait(token->unlock(std::nullopt, cancel)).has_value());
  EXPECT_EQ(token->state(), TokenState::Armed);
}

}  // namespace
}  // namespace proxy
