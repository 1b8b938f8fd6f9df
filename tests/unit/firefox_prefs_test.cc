// What Firefox's preferences come to.
#include "proxy/firefox_prefs.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

FirefoxPrefs read(std::string_view text) {
  FirefoxPrefs prefs;
  read_firefox_prefs(text, prefs);
  return prefs;
}

ProxyChoice choice(std::string_view text) {
  return choice_of(read(text)).value_or(ProxyChoice{.target = "the system's"});
}

TEST(FirefoxPrefs, KeepsWhatConcernsProxiesAndNothingElse) {
  const FirefoxPrefs prefs = read(R"(// Mozilla User Preferences
user_pref("browser.startup.page", 3);
user_pref("network.proxy.type", 2);
user_pref('network.proxy.autoconfig_url', "http://127.0.0.1:6091/proxy.pac");
/* by hand */ pref( "network.proxy.socks_remote_dns" , true ) ;
)");
  EXPECT_EQ(prefs, (FirefoxPrefs{{"type", "2"},
                                 {"autoconfig_url", "http://127.0.0.1:6091/proxy.pac"},
                                 {"socks_remote_dns", "true"}}));
}

TEST(FirefoxPrefs, TheLastOfANameCounts) {
  EXPECT_EQ(read("user_pref(\"network.proxy.type\", 2);\nuser_pref(\"network.proxy.type\", 0);").at("type"),
            "0");
}

TEST(FirefoxPrefs, WhatStandsInACommentOrInATextIsNoPreference) {
  EXPECT_TRUE(
      read("// user_pref(\"network.proxy.type\", 2);\n# user_pref(\"network.proxy.type\", 2);").empty());
  EXPECT_TRUE(read("/* \nuser_pref(\"network.proxy.type\", 2);\n*/").empty());
  EXPECT_TRUE(read(R"(user_pref("a", "\"); user_pref('network.proxy.type', 2); //");)").empty());
}

TEST(FirefoxPrefs, ALineThatCannotBeReadIsPassedOver) {
  for (const char* line :
       {"user_pref(network.proxy.type, 1);", "user_pref(\"network.proxy.type\" 1);",
        "user_pref(\"network.proxy.type\", 1)", "set(\"network.proxy.type\", 1);", "\"", "%"}) {
    const std::string text = std::string(line) + "\nuser_pref(\"network.proxy.http\", \"x\");\n";
    EXPECT_FALSE(read(text).contains("type")) << line;
  }
  EXPECT_TRUE(read("%\nuser_pref(\"network.proxy.http\", \"x\");\n").contains("http"));
}

TEST(FirefoxPrefs, NumberAndLengthAreBounded) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "user_pref(\"network.proxy." + std::to_string(i) + "\", 1);\n";
  EXPECT_EQ(read(text).size(), kMaxFirefoxPrefs);
  const std::string url(100000, 'a');
  EXPECT_EQ(read("user_pref(\"network.proxy.http\", \"" + url + "\");").at("http").size(), kMaxFirefoxPref);
}

TEST(FirefoxPrefs, EachTypeIsAChoice) {
  EXPECT_EQ(choice_of(read("")), std::nullopt);
  EXPECT_EQ(choice_of(read("user_pref(\"network.proxy.type\", 5);")), std::nullopt);
  EXPECT_EQ(choice("user_pref(\"network.proxy.type\", 0);").use, ProxyUse::Direct);
  EXPECT_EQ(choice("user_pref(\"network.proxy.type\", 4);").use, ProxyUse::Detected);
  const ProxyChoice pac =
      choice("user_pref(\"network.proxy.type\", 2); user_pref(\"network.proxy.autoconfig_url\", \"u\");");
  EXPECT_EQ(pac, (ProxyChoice{.use = ProxyUse::Pac, .target = "u"}));
}

TEST(FirefoxPrefs, AManualProxyIsTheOneForHttps) {
  const std::string text =
      "user_pref(\"network.proxy.type\", 1); user_pref(\"network.proxy.http\", \"a\"); "
      "user_pref(\"network.proxy.http_port\", 1); user_pref(\"network.proxy.no_proxies_on\", \"b, .c\");";
  EXPECT_EQ(choice(text), (ProxyChoice{.use = ProxyUse::Fixed, .target = "a:1", .exceptions = "b, .c"}));
  const std::string both =
      text + "user_pref(\"network.proxy.ssl\", \"s\"); user_pref(\"network.proxy.ssl_port\", 2);";
  EXPECT_EQ(choice(both).target, "s:2");
  EXPECT_EQ(choice("user_pref(\"network.proxy.type\", 1);").use, ProxyUse::Direct);
}

TEST(FirefoxPrefs, SocksLooksNamesUpWhereItIsToldTo) {
  const std::string socks =
      "user_pref(\"network.proxy.type\", 1); user_pref(\"network.proxy.socks\", \"127.0.0.1\"); "
      "user_pref(\"network.proxy.socks_port\", 6091);";
  EXPECT_EQ(choice(socks), (ProxyChoice{.use = ProxyUse::Fixed, .target = "127.0.0.1:6091"}));
  EXPECT_TRUE(choice(socks + "user_pref(\"network.proxy.socks_remote_dns\", false);").looks_names_up);
  EXPECT_TRUE(choice(socks + "user_pref(\"network.proxy.socks5_remote_dns\", false);").looks_names_up);
  EXPECT_FALSE(choice(socks + "user_pref(\"network.proxy.socks_remote_dns\", false);"
                              "user_pref(\"network.proxy.socks5_remote_dns\", true);")
                   .looks_names_up);
  EXPECT_TRUE(choice(socks + "user_pref(\"network.proxy.socks_version\", 4);").looks_names_up);
  EXPECT_FALSE(choice(socks + "user_pref(\"network.proxy.socks_version\", 4);"
                              "user_pref(\"network.proxy.socks_remote_dns\", true);")
                   .looks_names_up);
}

}  // namespace
}  // namespace proxy
