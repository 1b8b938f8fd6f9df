// What goes into the script, and what does not. What the script does is tried in real engines
// (tests/functional/test_pac_engines.py).
#include "pac/pac_script.h"

#include <gtest/gtest.h>

namespace pac {
namespace {

constexpr std::string_view kProxy = "127.0.0.1:6091";

std::string answer(const std::vector<PacRule>& rules, std::string_view url) {
  return answer_for(rules, kProxy, url).value_or("refused");
}

TEST(PacScript, HasEveryRuleAndNothingElseOfThem) {
  const std::vector<PacRule> rules = {{"a.example"}, {"*.b.example"}, {"192.0.2.1"}, {"2001:db8::1"}};
  const std::string script = make_pac(rules, kProxy).value();
  EXPECT_NE(script.find("(\"=a.example .b.example =192.0.2.1 =2001:db8::1\".split"), std::string::npos)
      << script;
  EXPECT_NE(script.find("\"PROXY 127.0.0.1:6091\""), std::string::npos);
}

TEST(PacScript, NamesDirectOnlyAsTheAnswerForEverythingElse) {
  const std::string script = make_pac(std::vector<PacRule>{{"a.example"}}, kProxy).value();
  const std::size_t direct = script.find("DIRECT");
  EXPECT_EQ(script.substr(direct - 8, 15), "return \"DIRECT\"");
  EXPECT_EQ(script.find("DIRECT", direct + 1), std::string::npos);
}

TEST(PacScript, CallsNoFunctionThatAsksDns) {
  const std::string script = make_pac({}, kProxy).value();
  for (const char* name :
       {"dnsResolve", "isResolvable", "isInNet", "myIpAddress", "dnsDomainLevels", "Ex("}) {
    EXPECT_EQ(script.find(name), std::string::npos) << name;
  }
}

TEST(PacScript, LetsNothingButHostsIn) {
  for (const std::string host :
       {"", "*.", "a\"b", "a'b", "a\\b", "a b", "a\nb", "A.example", "b\xc3\xbc.example", "</script>", "a;b",
        "*", "a*.example", "*.*.example", "a/b", "a(b)", "a=b"}) {
    EXPECT_FALSE(make_pac(std::vector<PacRule>{{host}}, kProxy).has_value()) << host;
    EXPECT_FALSE(answer_for(std::vector<PacRule>{{host}}, kProxy, "http://a/").has_value()) << host;
  }
  EXPECT_FALSE(make_pac(std::vector<PacRule>{{std::string("a\0b", 3)}}, kProxy).has_value());
  for (const char* proxy : {"", "\"", "127.0.0.1:6091; DIRECT", "localhost:6091\n"}) {
    EXPECT_FALSE(make_pac({}, proxy).has_value()) << proxy;
  }
}

TEST(PacScript, GrowsByTwoOctetsForAHost) {
  std::vector<PacRule> rules;
  const std::size_t empty = make_pac(rules, kProxy).value().size();
  EXPECT_LE(empty, 1024U);
  for (int i = 0; i < 1000; ++i) rules.push_back({"party-" + std::to_string(1000 + i) + ".example"});
  EXPECT_LE(make_pac(rules, kProxy).value().size(), empty + 1000 * (rules.front().host.size() + 2));
}

TEST(PacAnswer, IsTheProxyForPartiesAndDirectForTheRest) {
  const std::vector<PacRule> rules = {{"a.example"}, {"*.b.example"}, {"192.0.2.1"}, {"2001:db8::1"}};
  for (const char* url : {"http://a.example/", "HTTPS://A.Example.:8443/x", "wss://x.y.b.example",
                          "http://192.0.2.1/", "http://[2001:DB8:0::1]:80/", "http://u:p@a.example/?q#f"}) {
    EXPECT_EQ(answer(rules, url), "PROXY 127.0.0.1:6091") << url;
  }
  for (const char* url :
       {"http://b.example/", "http://xa.example/", "http://a.example.evil/", "http://x/a.example",
        "http://a.example@evil.example/", "http://192.0.2.2/", "http://[2001:db8::2]/"}) {
    EXPECT_EQ(answer(rules, url), "DIRECT") << url;
  }
}

TEST(PacAnswer, KnowsAnIpv6AddressInEverySpelling) {
  for (const char* url :
       {"http://[::ffff:192.0.2.1]/", "http://[::ffff:c000:201]/", "http://[0:0:0:0:0:FFFF:C000:0201]/"}) {
    EXPECT_EQ(answer({{"::ffff:192.0.2.1"}}, url), "PROXY 127.0.0.1:6091") << url;
  }
  EXPECT_EQ(answer({{"::192.0.2.1"}}, "http://[::c000:201]/"), "PROXY 127.0.0.1:6091");
}

TEST(PacAnswer, IsRefusedWhereProgramsReadTheHostDifferently) {
  for (const char* url : {"",
                          "a.example",
                          "//a.example/",
                          "://a.example/",
                          "1http://a.example/",
                          "http:/a.example/",
                          "http:///",
                          "http://",
                          "http://./",
                          "http://:80/",
                          "http://a.example\\@evil.example/",
                          "http://a.example\\.evil/",
                          "http://a%2eexample/",
                          "http://a .example/",
                          "http://a\t.example/",
                          "http://a.example\n/",
                          "http://b\xc3\xbc.example/",
                          "http://127.1/",
                          "http://0x7f000001/",
                          "http://017700000001/",
                          "http://192.0.2.01/",
                          "http://192.0.2.256/",
                          "http://a.example:80x/",
                          "http://[2001:db8::1/",
                          "http://[2001:db8::1]x/",
                          "http://[a.example]/",
                          "http://[fe80::1%25eth0]/",
                          "http://a.example,b.example/",
                          "http://a\"b/"}) {
    EXPECT_EQ(answer({{"a.example"}}, url), "refused") << url;
  }
}

}  // namespace
}  // namespace pac
