// What the doctor makes of what browsers take as their proxy.
#include "proxy/doctor_proxies.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

using namespace tlscore;

DoctorFacts with(const ProxyChoice& choice, const std::string& browser = "Firefox (profile a)") {
  DoctorFacts facts;
  facts.config = built_in_config();
  Party party;
  party.hosts = {"www.party.example", "*.corp.example"};
  facts.config->parties.insert(facts.config->parties.begin(), std::move(party));
  facts.address = "127.0.0.1:6091";
  facts.proxies = {{.browser = browser, .choice = choice}};
  return facts;
}

ProxyChoice pac(const std::string& url) {
  return {.use = ProxyUse::Pac, .target = url};
}

Diagnosis of(const ProxyChoice& choice) {
  return check_proxies(with(choice));
}

TEST(DoctorProxies, OurPacFileIsWellByAnyNameOfThisMachine) {
  for (const char* host : {"127.0.0.1", "localhost", "[::1]"}) {
    const Diagnosis found = of(pac("http://" + std::string(host) + ":6091/proxy.pac"));
    EXPECT_EQ(found.verdict, Verdict::Ok) << found.says;
    EXPECT_TRUE(found.to_do.empty());
  }
  EXPECT_EQ(of(pac("data:application/x-ns-proxy-autoconfig;base64,AA")).verdict, Verdict::Ok);
}

TEST(DoctorProxies, AnotherPlaceOfThisMachineIsAWarning) {
  for (const char* url : {"http://127.0.0.1:7000/proxy.pac", "http://localhost:6091/wpad.dat",
                          "https://127.0.0.1:6091/proxy.pac", "http://127.0.0.1/proxy.pac"}) {
    const Diagnosis found = of(pac(url));
    EXPECT_EQ(found.verdict, Verdict::Warning) << url;
    EXPECT_TRUE(found.says.contains(url) && found.to_do.contains("http://127.0.0.1:6091/proxy.pac"))
        << found.to_do;
  }
}

TEST(DoctorProxies, ABrowserThatHasNotBeenToldIsNoErrorButToldHow) {
  for (const ProxyChoice& choice :
       {ProxyChoice{}, ProxyChoice{.use = ProxyUse::Detected}, pac("http://proxy.example/pac"), pac(""),
        ProxyChoice{.use = ProxyUse::Fixed, .target = "proxy.example:3128"}}) {
    const Diagnosis found = of(choice);
    EXPECT_EQ(found.verdict, Verdict::Skipped) << found.says;
    EXPECT_TRUE(found.to_do.contains("Network Settings") &&
                found.to_do.contains("http://127.0.0.1:6091/proxy.pac"));
  }
  EXPECT_TRUE(check_proxies(with({}, "Chromium")).to_do.contains("--proxy-pac-url"));
}

TEST(DoctorProxies, ASocksProxyThatIsGivenAddressesIsAWarning) {
  ProxyChoice choice{.use = ProxyUse::Fixed, .target = "127.0.0.1:6091"};
  EXPECT_EQ(of(choice).verdict, Verdict::Ok);
  choice.looks_names_up = true;
  const Diagnosis found = of(choice);
  EXPECT_EQ(found.verdict, Verdict::Warning);
  EXPECT_TRUE(found.to_do.contains("remote_dns")) << found.to_do;
}

TEST(DoctorProxies, AnExceptionForAPartyIsAWarning) {
  ProxyChoice choice = pac("http://127.0.0.1:6091/proxy.pac");
  for (const char* list : {"localhost, www.party.example", ".party.example", "example", "*.example:443",
                           "mail.corp.example;x"}) {
    choice.exceptions = list;
    EXPECT_EQ(of(choice).verdict, Verdict::Warning) << list;
  }
  for (const char* list : {"", " , ,", "localhost, 127.0.0.1", "mail.party.example", "y.example", "*"}) {
    choice.exceptions = list;
    EXPECT_EQ(of(choice).verdict, Verdict::Ok) << list;
  }
}

TEST(DoctorProxies, TheWorstBrowserIsTheVerdictAndLikeOnesAreNamedTogether) {
  DoctorFacts facts = with(pac("http://127.0.0.1:6091/proxy.pac"));
  facts.proxies.push_back({.browser = "Firefox (profile b)", .choice = facts.proxies.front().choice});
  const Diagnosis found = check_proxies(facts);
  EXPECT_EQ(found.verdict, Verdict::Ok);
  EXPECT_TRUE(found.says.starts_with("Firefox (profile a) and Firefox (profile b): PAC file")) << found.says;
  facts.proxies.push_back({.browser = "Chromium", .choice = {}});
  EXPECT_EQ(check_proxies(facts).verdict, Verdict::Skipped);
  facts.proxies.push_back({.browser = "Chromium (snap)", .choice = pac("http://127.0.0.1:1/proxy.pac")});
  EXPECT_EQ(check_proxies(facts).verdict, Verdict::Warning);
}

TEST(DoctorProxies, WithoutAPortOrABrowserNothingIsSaid) {
  DoctorFacts facts = with({});
  facts.proxies.clear();
  EXPECT_EQ(check_proxies(facts).verdict, Verdict::Skipped);
  EXPECT_TRUE(check_proxies(facts).to_do.empty());
  facts = with(pac("http://127.0.0.1:1/proxy.pac"));
  facts.address = fail(ErrorKind::NotFound, "there is none");
  EXPECT_EQ(check_proxies(facts).verdict, Verdict::Skipped);
}

}  // namespace
}  // namespace proxy
