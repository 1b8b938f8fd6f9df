// What a policy of the machine's tells a browser, so that it goes to no party by itself.
//
// A browser that cannot load its PAC file, because Latchkey does not run, goes everywhere directly. Chromium
// can be told that it must not. Firefox cannot: so the policy gives it the script itself, as a data: URL, and
// there is nothing to load. A policy is for all users of the machine.
#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

#include "pac/pac_script.h"

namespace proxy {

struct BrowserWithPolicy {
  std::string_view name;  ///< In lower case also its name on the command line.
  std::string_view path;  ///< Where it reads the policy.
};

inline constexpr auto kBrowsersWithPolicy = std::to_array<BrowserWithPolicy>(
    {{.name = "Chromium", .path = "/etc/chromium/policies/managed/latchkey.json"},
     {.name = "Firefox", .path = "/etc/firefox/policies/policies.json"}});

/// The policy for "chromium" or "firefox", in any case. `proxy_address` is `ADDRESS:PORT`. Fails with
/// NotFound for another browser, and as pac::make_pac does.
[[nodiscard]] tlscore::Result<nlohmann::json> browser_policy(std::string_view browser,
                                                             std::span<const pac::PacRule> rules,
                                                             std::string_view proxy_address);

/// The command that puts it where the browser reads it; what stands there is overwritten.
[[nodiscard]] std::string install_policy_command(const BrowserWithPolicy& browser);

/// Whether a policy file's text sets all that `wanted` sets. What cannot be read sets nothing.
[[nodiscard]] bool has_policy(std::string_view text, const nlohmann::json& wanted);

}  // namespace proxy
