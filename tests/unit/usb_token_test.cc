// Which devices are tokens, and what a report changes.
#include "udev/usb_token.h"

#include <gtest/gtest.h>

#include <map>

namespace udev {
namespace {

using Properties = std::map<std::string, std::string>;

Properties token_properties() {
  return {{"SUBSYSTEM", "usb"},         {"DEVTYPE", "usb_device"},   {"ID_SMARTCARD_READER", "1"},
          {"PRODUCT", "20a0/4211/200"}, {"BUSNUM", "001"},           {"DEVNUM", "012"},
          {"ID_VENDOR", "Nitrokey"},    {"ID_MODEL", "Nitro_Start"}, {"ID_SERIAL_SHORT", "FSIJ-1"}};
}

std::optional<UsbToken> read(const Properties& properties) {
  return read_usb_token("/sys/devices/usb1/1-2", [&](const char* name) -> std::optional<std::string_view> {
    const auto found = properties.find(name);
    if (found == properties.end()) return std::nullopt;
    return found->second;
  });
}

UsbToken token(std::string syspath, std::uint16_t device = 1) {
  return {.syspath = std::move(syspath), .device = device, .serial = "A"};
}

std::vector<std::string> paths(const std::vector<UsbToken>& tokens) {
  std::vector<std::string> all;
  all.reserve(tokens.size());
  for (const UsbToken& each : tokens) all.push_back(each.syspath);
  return all;
}

using Paths = std::vector<std::string>;

TEST(UsbToken, IsReadFromItsProperties) {
  const UsbToken expected{.syspath = "/sys/devices/usb1/1-2",
                          .bus = 1,
                          .device = 12,
                          .vendor_id = 0x20a0,
                          .product_id = 0x4211,
                          .vendor = "Nitrokey",
                          .model = "Nitro_Start",
                          .serial = "FSIJ-1"};
  EXPECT_EQ(read(token_properties()), expected);
}

TEST(UsbToken, IsNoDeviceThatLacksOneOfTheThreeMarks) {
  for (const std::string mark : {"SUBSYSTEM", "DEVTYPE", "ID_SMARTCARD_READER"}) {
    Properties properties = token_properties();
    properties[mark] = mark == "DEVTYPE" ? "usb_interface" : "";
    EXPECT_EQ(read(properties), std::nullopt) << mark;
    properties.erase(mark);
    EXPECT_EQ(read(properties), std::nullopt) << mark;
  }
}

TEST(UsbToken, ANumberThatCannotBeReadIsZero) {
  Properties properties = token_properties();
  for (const std::string product : {"", "20a0", "20a0-4211", "zz/4211/1", "120a0/14211/1"}) {
    properties["PRODUCT"] = product;
    const auto parsed = read(properties);
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(parsed->vendor_id, 0) << product;
  }
  properties["PRODUCT"] = "20a0/42x1/1";
  properties["DEVNUM"] = "-1";
  properties["BUSNUM"] = "70000";
  EXPECT_EQ(read(properties)->product_id, 0);
  EXPECT_EQ(read(properties)->device, 0);
  EXPECT_EQ(read(properties)->bus, 0);
}

TEST(UsbToken, ItsTextsAreBounded) {
  Properties properties = token_properties();
  properties["ID_MODEL"] = std::string(10'000, 'x');
  EXPECT_EQ(read(properties)->model.size(), 255U);
}

TEST(UsbToken, IsDescribedForPeopleAndSafeToPrint) {
  UsbToken described = *read(token_properties());
  EXPECT_EQ(describe(described), "Nitro Start (20a0:4211, serial FSIJ-1)");
  described.model = "a\033[2J";
  described.serial.clear();
  EXPECT_EQ(describe(described).find('\033'), std::string::npos);
  described.model.clear();
  EXPECT_EQ(describe(described), "a token (20a0:4211)");
}

TEST(PluggedTokens, ASecondReportOfATokenChangesNothing) {
  PluggedTokens plugged;
  EXPECT_EQ(paths(plugged.present(token("a")).added), Paths{"a"});
  const auto changes = plugged.present(token("a"));
  EXPECT_TRUE(changes.added.empty());
  EXPECT_TRUE(changes.removed.empty());
}

TEST(PluggedTokens, AnotherDeviceNumberIsAnotherPlug) {
  PluggedTokens plugged;
  plugged.present(token("a", 1));
  const auto changes = plugged.present(token("a", 2));
  EXPECT_EQ(changes.removed, std::vector{token("a", 1)});
  EXPECT_EQ(changes.added, std::vector{token("a", 2)});
  EXPECT_EQ(plugged.tokens(), std::vector{token("a", 2)});
}

TEST(PluggedTokens, OnlyWhatWasInGoes) {
  PluggedTokens plugged;
  plugged.present(token("a"));
  plugged.present(token("b"));
  EXPECT_TRUE(plugged.gone("c").removed.empty());
  EXPECT_EQ(paths(plugged.gone("a").removed), Paths{"a"});
  EXPECT_TRUE(plugged.gone("a").removed.empty());
  EXPECT_EQ(paths(plugged.tokens()), Paths{"b"});
}

TEST(PluggedTokens, AListOfAllGivesTheDifference) {
  PluggedTokens plugged;
  plugged.present(token("stays"));
  plugged.present(token("goes"));
  plugged.present(token("again", 1));
  const auto changes = plugged.all({token("stays"), token("again", 2), token("comes")});
  EXPECT_EQ(paths(changes.removed), (Paths{"goes", "again"}));
  EXPECT_EQ(paths(changes.added), (Paths{"again", "comes"}));
}

TEST(PluggedTokens, AreBounded) {
  PluggedTokens plugged;
  for (std::size_t i = 0; i < 1000; ++i) plugged.present(token(std::to_string(i)));
  EXPECT_EQ(plugged.tokens().size(), PluggedTokens::kMaxTokens);
}

}  // namespace
}  // namespace udev
