// What the doctor makes of browsers' stores and policies.
#include "proxy/doctor_browsers.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "proxy/browser_policies.h"
#include "proxy/party_pac.h"

namespace proxy {
namespace {

using namespace tlscore;

const std::string kChromiumFile(kBrowsersWithPolicy[0].path);
const std::string kFirefoxFile(kBrowsersWithPolicy[1].path);

/// Both browsers are in use, and know every local CA.
DoctorFacts with_browsers() {
  DoctorFacts facts;
  facts.config = built_in_config();
  facts.address = "127.0.0.1:6091";
  facts.browsers = std::vector<BrowserStore>{{.browser = "Chromium"}, {.browser = "Firefox (profile a)"}};
  return facts;
}

std::string policy_for(const DoctorFacts& facts, const char* browser) {
  return browser_policy(browser, pac_rules(facts.config->parties), *facts.address)->dump();
}

TEST(DoctorBrowsers, StoresThatHaveEveryCaAreWell) {
  EXPECT_EQ(check_browsers(with_browsers()).verdict, Verdict::Ok);
}

TEST(DoctorBrowsers, AStoreThatLacksOneIsNamed) {
  DoctorFacts facts = with_browsers();
  facts.browsers->back().lacks = {"Latchkey CA for party.test"};
  const Diagnosis found = check_browsers(facts);
  EXPECT_EQ(found.verdict, Verdict::Warning);
  EXPECT_TRUE(found.says.contains("Firefox (profile a)") && !found.says.contains("Chromium")) << found.says;
  EXPECT_TRUE(found.to_do.contains("latchkey ca install"));
}

TEST(DoctorBrowsers, WithoutABrowserOrItsStoreNothingIsSaid) {
  DoctorFacts facts = with_browsers();
  facts.browsers->clear();
  EXPECT_EQ(check_browsers(facts).verdict, Verdict::Skipped);
  EXPECT_EQ(check_policies(facts).verdict, Verdict::Skipped);
  EXPECT_TRUE(check_policies(facts).to_do.empty());
  facts.browsers = fail(ErrorKind::NotFound, "certutil is not installed");
  EXPECT_EQ(check_browsers(facts).verdict, Verdict::Skipped);
  EXPECT_TRUE(check_browsers(facts).says.contains("certutil"));
}

TEST(DoctorBrowsers, APolicyIsOfferedForEachBrowserThatHasNone) {
  DoctorFacts facts = with_browsers();
  const Diagnosis both = check_policies(facts);
  EXPECT_EQ(both.verdict, Verdict::Skipped);
  EXPECT_TRUE(both.to_do.contains(kChromiumFile) && both.to_do.contains(kFirefoxFile)) << both.to_do;
  facts.policies = {{kChromiumFile, policy_for(facts, "chromium")}};
  const Diagnosis one = check_policies(facts);
  EXPECT_TRUE(!one.to_do.contains(kChromiumFile) && one.to_do.contains(kFirefoxFile)) << one.to_do;
}

TEST(DoctorBrowsers, PoliciesOfTodayAreWell) {
  DoctorFacts facts = with_browsers();
  facts.policies = {{kChromiumFile, policy_for(facts, "chromium")},
                    {kFirefoxFile, policy_for(facts, "firefox")}};
  EXPECT_EQ(check_policies(facts).verdict, Verdict::Ok);
}

TEST(DoctorBrowsers, APolicyFromBeforeAPartyCameIsAWarning) {
  DoctorFacts facts = with_browsers();
  facts.policies = {{kChromiumFile, policy_for(facts, "chromium")},
                    {kFirefoxFile, policy_for(facts, "firefox")}};
  facts.config->parties.front().hosts = {"new.test"};
  const Diagnosis found = check_policies(facts);
  EXPECT_EQ(found.verdict, Verdict::Warning);
  EXPECT_TRUE(found.says.contains("Firefox") && !found.says.contains("Chromium")) << found.says;
}

TEST(DoctorBrowsers, APolicyForAnotherPortIsAWarning) {
  DoctorFacts facts = with_browsers();
  facts.policies = {{kChromiumFile, policy_for(facts, "chromium")},
                    {kFirefoxFile, policy_for(facts, "firefox")}};
  facts.address = "127.0.0.1:7000";
  EXPECT_TRUE(check_policies(facts).says.contains("Chromium and Firefox"));
}

}  // namespace
}  // namespace proxy
