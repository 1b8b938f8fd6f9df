// The two browsers' own words for it.
#include "proxy/browser_policies.h"

#include <nlohmann/json.hpp>

#include "tlscore/base/bytes.h"

namespace proxy {

using namespace tlscore;
using nlohmann::json;

namespace {

json chromium_policy(std::string_view address) {
  return {{"ProxySettings",
           {{"ProxyMode", "pac_script"},
            {"ProxyPacUrl", "http://" + std::string(address) + "/proxy.pac"},
            {"ProxyPacMandatory", true}}}};
}

json firefox_policy(std::string_view script) {
  const std::string url = "data:application/x-ns-proxy-autoconfig;base64," + to_base64(as_bytes(script));
  return {{"policies", {{"Proxy", {{"Mode", "autoConfig"}, {"AutoConfigURL", url}, {"Locked", true}}}}}};
}

}  // namespace

Result<json> browser_policy(std::string_view browser, std::span<const pac::PacRule> rules,
                            std::string_view proxy_address) {
  const std::string script = TRY(pac::make_pac(rules, proxy_address));
  const std::string name = to_lower(browser);
  if (name == "chromium") return chromium_policy(proxy_address);
  if (name == "firefox") return firefox_policy(script);
  return fail(ErrorKind::NotFound, "there are policies for chromium and for firefox");
}

std::string install_policy_command(const BrowserWithPolicy& browser) {
  return "latchkey pac --policy " + to_lower(browser.name) + " | sudo install -D -m 644 /dev/stdin " +
         std::string(browser.path);
}

bool has_policy(std::string_view text, const json& wanted) {
  const json found = json::parse(text, nullptr, false);
  if (!found.is_object()) return false;
  json both = found;
  both.merge_patch(wanted);
  return both == found;
}

}  // namespace proxy
