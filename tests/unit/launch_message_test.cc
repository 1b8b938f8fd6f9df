// What a launcher is asked, as octets.
#include "tlscore/base/launch_message.h"

#include <gtest/gtest.h>

namespace tlscore {
namespace {

const Launch kLaunch{.arguments = {"/bin/program", "", "two words"},
                     .descriptors = {{40, 0}, {41, 3}},
                     .environment = {"NAME=value", "GONE"},
                     .search_path = true,
                     .own_group = false};

TEST(LaunchMessage, IsReadAsItWasWritten) {
  const auto read = decode_launch(encode_launch(kLaunch).value(), {40, 41});
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(*read, kLaunch);
}

TEST(LaunchMessage, RefusesWhatIsCutShortOrTooLong) {
  Bytes message = encode_launch(kLaunch).value();
  for (std::size_t n = 0; n < message.size(); ++n)
    EXPECT_FALSE(decode_launch(ByteView(message).first(n), {40, 41}).has_value()) << n;
  message.push_back(0);
  EXPECT_FALSE(decode_launch(message, {40, 41}).has_value());
}

TEST(LaunchMessage, RefusesAnotherCountOfDescriptors) {
  const Bytes message = encode_launch(kLaunch).value();
  EXPECT_FALSE(decode_launch(message, {40}).has_value());
  EXPECT_FALSE(decode_launch(message, {40, 41, 42}).has_value());
}

TEST(LaunchMessage, RefusesNoProgramAndUnknownFlags) {
  EXPECT_FALSE(decode_launch(encode_launch({.arguments = {}}).value(), {}).has_value());
  EXPECT_FALSE(decode_launch(encode_launch({.arguments = {""}}).value(), {}).has_value());
  Bytes message = encode_launch(kLaunch).value();
  message[0] |= 4;
  EXPECT_FALSE(decode_launch(message, {40, 41}).has_value());
}

TEST(LaunchMessage, RefusesTextsThatEndInTheirMiddle) {
  const std::string text("/bin/program\0/other", 19);
  EXPECT_FALSE(decode_launch(encode_launch({.arguments = {text}}).value(), {}).has_value());
}

TEST(LaunchMessage, IsBounded) {
  EXPECT_FALSE(encode_launch({.arguments = {"/bin/program", std::string(70'000, 'x')}}).has_value());
  Launch many{.arguments = {"/bin/program"}};
  many.descriptors.assign(kMaxLaunchDescriptors + 1, {1, 1});
  EXPECT_FALSE(encode_launch(many).has_value());
  EXPECT_FALSE(encode_launch({.arguments = {"/bin/program"}, .descriptors = {{1, 300}}}).has_value());
}

}  // namespace
}  // namespace tlscore
