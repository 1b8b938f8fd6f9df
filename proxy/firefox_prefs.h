// What a Firefox profile's prefs.js and user.js say of proxies.
//
// Pure. The files are lists of `user_pref("name", value);` with comments between; nothing is run.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/proxy_choice.h"

namespace proxy {

/// Name, without "network.proxy.", and value: a text without its quotes, a number or a word as written.
using FirefoxPrefs = std::map<std::string, std::string, std::less<>>;

/// Only this many are kept, and values only up to this length: Firefox writes less.
inline constexpr std::size_t kMaxFirefoxPrefs = 100;
inline constexpr std::size_t kMaxFirefoxPref = 4096;

/// Adds the preferences under "network.proxy." to `prefs`; the last of a name counts. A line that cannot be
/// read is passed over.
void read_firefox_prefs(std::string_view text, FirefoxPrefs& prefs);

/// What they come to. Nothing: what the system says, which is Firefox's own default.
[[nodiscard]] std::optional<ProxyChoice> choice_of(const FirefoxPrefs& prefs);

}  // namespace proxy
