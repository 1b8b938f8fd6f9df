// Stores, and policies.
#include "proxy/doctor_browsers.h"

#include <algorithm>

#include "proxy/browser_policies.h"
#include "proxy/party_pac.h"
#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;

namespace {

Diagnosis skipped(std::string says, std::string to_do = "") {
  return {.verdict = Verdict::Skipped, .says = std::move(says), .to_do = std::move(to_do)};
}

void add(std::string& list, std::string_view one, std::string_view between) {
  if (!list.empty()) list += between;
  list += one;
}

bool is_used(const DoctorFacts& facts, const BrowserWithPolicy& browser) {
  return facts.browsers && std::ranges::any_of(*facts.browsers, [&](const BrowserStore& store) {
           return store.browser.starts_with(browser.name);
         });
}

}  // namespace

Diagnosis check_browsers(const DoctorFacts& facts) {
  if (!facts.browsers) return skipped(printable(facts.browsers.error().message));
  if (facts.browsers->empty()) return skipped("neither Chromium nor Firefox has been used here");
  std::string lacking;
  for (const BrowserStore& store : *facts.browsers) {
    if (!store.lacks.empty()) add(lacking, printable(store.browser), ", ");
  }
  if (lacking.empty()) return {.says = "the browsers here know the local CAs of all parties"};
  return {.verdict = Verdict::Warning,
          .says = "not every local CA is known to " + lacking + ", so https:// parties are refused there",
          .to_do = "run `latchkey ca install`, then restart the browser"};
}

Diagnosis check_policies(const DoctorFacts& facts) {
  if (!facts.config || !facts.address) return skipped("without a port there is no policy to look for");
  const auto rules = pac_rules(facts.config->parties);
  std::string without;
  std::string older;
  std::string to_do;
  bool is_any_used = false;
  for (const BrowserWithPolicy& browser : kBrowsersWithPolicy) {
    if (!is_used(facts, browser)) continue;
    is_any_used = true;
    const auto wanted = browser_policy(browser.name, rules, *facts.address);
    const auto found = facts.policies.find(std::string(browser.path));
    const bool is_there = found != facts.policies.end();
    if (!wanted || (is_there && has_policy(found->second, *wanted))) continue;
    add(is_there ? older : without, browser.name, " and ");
    add(to_do, "`" + install_policy_command(browser) + "`", ", and ");
  }
  if (!is_any_used) return skipped("neither Chromium nor Firefox has been used here");
  if (!older.empty()) {
    return {.verdict = Verdict::Warning,
            .says = "the policy of " + older + " is not what the parties and the port of today need",
            .to_do = "run " + to_do + "; where that file holds other policies, add what is printed to them"};
  }
  if (without.empty()) return {.says = "policies keep the browsers here from going to parties by themselves"};
  return skipped("no policy keeps " + without + " from going to parties directly while Latchkey does not run",
                 "to have one, for all users of this machine: " + to_do);
}

}  // namespace proxy
