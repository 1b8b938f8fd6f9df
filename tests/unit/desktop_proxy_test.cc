// What the system's settings of a proxy come to.
#include "proxy/desktop_proxy.h"

#include <gtest/gtest.h>

#include <map>

namespace proxy {
namespace {

ProxyChoice pac(const std::string& url) {
  return {.use = ProxyUse::Pac, .target = url};
}

ProxyChoice fixed(const std::string& target) {
  return {.use = ProxyUse::Fixed, .target = target};
}

std::optional<ProxyChoice> environment(const std::map<std::string, std::string>& set, bool knows_auto_proxy) {
  return read_environment([&](const char* name) { return set.contains(name) ? set.at(name) : std::string(); },
                          knows_auto_proxy);
}

TEST(DesktopProxy, GsettingsSayWhichModeCounts) {
  const std::string common =
      "org.gnome.system.proxy autoconfig-url 'http://127.0.0.1:6091/proxy.pac'\n"
      "org.gnome.system.proxy.http host 'h'\norg.gnome.system.proxy.http port 8080\n"
      "org.gnome.system.proxy.https host 's'\norg.gnome.system.proxy.https port 0\n";
  EXPECT_EQ(read_gsettings(common + "org.gnome.system.proxy mode 'auto'\n"),
            pac("http://127.0.0.1:6091/proxy.pac"));
  EXPECT_EQ(read_gsettings(common + "org.gnome.system.proxy mode 'manual'\n"), fixed("h:8080"));
  EXPECT_EQ(read_gsettings(common + "org.gnome.system.proxy mode 'none'\n"), std::nullopt);
  EXPECT_EQ(
      read_gsettings("org.gnome.system.proxy mode 'auto'\norg.gnome.system.proxy autoconfig-url ''\n")->use,
      ProxyUse::Detected);
  EXPECT_EQ(read_gsettings("No such schema\n"), std::nullopt);
}

TEST(DesktopProxy, KdesFileIsReadInItsSectionAlone) {
  EXPECT_EQ(read_kioslaverc("[Proxy Settings]\nProxy Config Script[$e]=http://x/p\nProxyType=2\n"),
            pac("http://x/p"));
  EXPECT_EQ(read_kioslaverc("[Proxy Settings][Notification Messages]\nProxyType=2\n[Other]\nProxyType=2\n"),
            std::nullopt);
  EXPECT_EQ(read_kioslaverc("[Proxy Settings]\nProxyType=1\nhttpProxy=http://a 81\nhttpsProxy=http://b 82\n"),
            fixed("b:82"));
  EXPECT_EQ(read_kioslaverc("[Proxy Settings]\r\nProxyType=3\r\n")->use, ProxyUse::Detected);
  EXPECT_EQ(read_kioslaverc("[Proxy Settings]\nProxyType=4\n"), std::nullopt);
  EXPECT_EQ(read_kioslaverc(""), std::nullopt);
}

TEST(DesktopProxy, TheVariableForHttpsComesFirst) {
  EXPECT_EQ(environment({}, true), std::nullopt);
  EXPECT_EQ(environment({{"http_proxy", "http://h:1/"}, {"HTTPS_PROXY", "http://user:secret@s:2"}}, false),
            fixed("s:2"));
  EXPECT_EQ(environment({{"all_proxy", "socks5h://a:3"}}, false), fixed("a:3"));
}

TEST(DesktopProxy, OnlyChromiumKnowsAPacFileFromTheEnvironment) {
  const std::map<std::string, std::string> set{{"auto_proxy", "http://p"}, {"http_proxy", "h:1"}};
  EXPECT_EQ(environment(set, true), pac("http://p"));
  EXPECT_EQ(environment(set, false), fixed("h:1"));
}

TEST(DesktopProxy, ChromiumsPolicyMayStandInOneSettingOrInSeveral) {
  EXPECT_EQ(read_chromium_policy(R"({"ProxySettings": {"ProxyMode": "pac_script", "ProxyPacUrl": "u"}})"),
            pac("u"));
  EXPECT_EQ(read_chromium_policy(R"({"ProxyMode": "fixed_servers", "ProxyServer": "http://a:1"})"),
            fixed("a:1"));
  EXPECT_EQ(read_chromium_policy(R"({"ProxyMode": "direct"})"), ProxyChoice{});
  for (const char* text :
       {"", "[]", "{", R"({"ProxySettings": 1})", R"({"ProxyMode": 2})", R"({"ProxyMode": "system"})"})
    EXPECT_EQ(read_chromium_policy(text), std::nullopt) << text;
}

TEST(DesktopProxy, FirefoxsPolicyIsRead) {
  EXPECT_EQ(read_firefox_policy(R"({"policies": {"Proxy": {"Mode": "autoConfig", "AutoConfigURL": "u"}}})"),
            pac("u"));
  EXPECT_EQ(read_firefox_policy(R"({"policies": {"Proxy": {"Mode": "manual", "SSLProxy": "a:1"}}})"),
            fixed("a:1"));
  EXPECT_EQ(read_firefox_policy(R"({"policies": {"Proxy": {"Mode": "none"}}})"), ProxyChoice{});
  for (const char* text :
       {"", "[]", R"({"policies": []})", R"({"policies": {"Proxy": 1}})", R"({"policies": {}})"})
    EXPECT_EQ(read_firefox_policy(text), std::nullopt) << text;
}

}  // namespace
}  // namespace proxy
