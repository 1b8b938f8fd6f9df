// Which of the user's browsers do not know which local CA: what `doctor` and the status page tell.
#pragma once

#include <string>
#include <vector>

#include "proxy/config.h"
#include "proxy/paths.h"

namespace proxy {

/// The certificate store of a browser that has been used here.
struct BrowserStore {
  std::string browser{};             ///< "Chromium", "Firefox (profile abc.default)".
  std::vector<std::string> lacks{};  ///< The local CAs that are not in it, by their names (kLocalCaNickname).
  std::vector<std::string> old{};    ///< The local CAs of before that still are, by the same.
};

/// Looks into all of them with certutil, which blocks for a moment. Without a browser nothing is made; with
/// one, each party whose CA has its key in a file has that CA from then on; one that a token has yet to sign
/// is lacking; `token_key` is as for open_party_cas. Fails as that and nss_nicknames do.
[[nodiscard]] tlscore::Result<std::vector<BrowserStore>> look_into_browsers(const Config& config,
                                                                            const BaseFolders& folders,
                                                                            const std::string& token_key);

}  // namespace proxy
