// The policies of browsers: what is in them, and whether a file has it.
#include "proxy/browser_policies.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tlscore/base/bytes.h"

namespace proxy {
namespace {

using namespace tlscore;
using nlohmann::json;

constexpr std::string_view kAddress = "127.0.0.1:6091";
const std::vector<pac::PacRule> kRules = {{"party.test"}};

TEST(BrowserPolicies, ChromiumMustLoadThePacFile) {
  const auto policy = browser_policy("chromium", kRules, kAddress);
  ASSERT_TRUE(policy.has_value());
  EXPECT_EQ((*policy)["ProxySettings"]["ProxyPacMandatory"], true);
  EXPECT_EQ((*policy)["ProxySettings"]["ProxyPacUrl"], "http://127.0.0.1:6091/proxy.pac");
}

TEST(BrowserPolicies, FirefoxHasTheScriptAndNothingToLoad) {
  constexpr std::string_view kBegin = "data:application/x-ns-proxy-autoconfig;base64,";
  const auto policy = browser_policy("Firefox", kRules, kAddress);
  ASSERT_TRUE(policy.has_value());
  const std::string url = (*policy)["policies"]["Proxy"]["AutoConfigURL"];
  ASSERT_TRUE(url.starts_with(kBegin)) << url;
  const auto script = from_base64(url.substr(kBegin.size()));
  ASSERT_TRUE(script.has_value());
  EXPECT_EQ(as_text(*script), *pac::make_pac(kRules, kAddress));
}

TEST(BrowserPolicies, AnotherBrowserHasNone) {
  const auto policy = browser_policy("lynx", kRules, kAddress);
  ASSERT_FALSE(policy.has_value());
  EXPECT_EQ(policy.error().kind, ErrorKind::NotFound);
}

TEST(BrowserPolicies, WhatIsNoAddressFails) {
  EXPECT_FALSE(browser_policy("chromium", kRules, "somewhere").has_value());
}

TEST(BrowserPolicies, TheCommandNamesBrowserAndFile) {
  EXPECT_EQ(install_policy_command(kBrowsersWithPolicy[0]),
            "latchkey pac --policy chromium | sudo install -D -m 644 /dev/stdin "
            "/etc/chromium/policies/managed/latchkey.json");
}

TEST(BrowserPolicies, AFileMaySetMore) {
  const json wanted = *browser_policy("chromium", kRules, kAddress);
  json more = wanted;
  more["HomepageLocation"] = "about:blank";
  more["ProxySettings"]["ProxyBypassList"] = "";
  EXPECT_TRUE(has_policy(wanted.dump(), wanted));
  EXPECT_TRUE(has_policy(more.dump(2), wanted));
}

TEST(BrowserPolicies, AFileThatSetsLessOrElseOrIsBrokenDoesNot) {
  const json wanted = *browser_policy("chromium", kRules, kAddress);
  json less = wanted;
  less["ProxySettings"].erase("ProxyPacMandatory");
  json other = wanted;
  other["ProxySettings"]["ProxyPacUrl"] = "http://127.0.0.1:1/proxy.pac";
  for (const std::string& text :
       {less.dump(), other.dump(), std::string("{"), std::string("[]"), std::string()})
    EXPECT_FALSE(has_policy(text, wanted)) << text;
}

}  // namespace
}  // namespace proxy
