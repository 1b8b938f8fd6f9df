// What each browser that has been used here takes as its proxy: the first of policy, profile, desktop and
// environment that says something. For `doctor`.
#pragma once

#include <string>
#include <vector>

#include "proxy/paths.h"
#include "proxy/proxy_choice.h"

namespace proxy {

struct BrowserProxy {
  std::string browser{};  ///< As BrowserStore has it.
  ProxyChoice choice{};
};

/// Reads files of the user's and of the machine's, and asks gsettings where it is there; blocks for a moment.
/// What cannot be read says nothing. What a browser is told on its command line or by an extension cannot be
/// seen.
[[nodiscard]] std::vector<BrowserProxy> look_at_browser_proxies(const BaseFolders& folders);

}  // namespace proxy
