// Names that are there, and names that should be.
#include "proxy/browser_stores.h"

#include <algorithm>
#include <iterator>

#include "proxy/nss_databases.h"
#include "proxy/party_cas.h"

namespace proxy {

using namespace tlscore;

namespace {

/// Is it of ours, and of no party's of today? One that a token has yet to sign again may be there.
bool is_old(const std::string& name, const PartyCas& local) {
  return name.starts_with(kLocalCaNickname) &&
         std::ranges::find(local.cas, name, &PartyCa::nickname) == local.cas.end() &&
         std::ranges::none_of(local.missing,
                              [&](const std::string& each) { return name.starts_with(each + " ["); });
}

}  // namespace

Result<std::vector<BrowserStore>> look_into_browsers(const Config& config, const BaseFolders& folders,
                                                     const std::string& token_key) {
  std::vector<BrowserStore> found;
  const auto stores = find_nss_databases(folders.home, folders.data_home);
  if (stores.empty()) return found;
  const std::string state_folder = TRY(make_state_folder(folders));
  const PartyCas local =
      TRY(open_party_cas(config, "", LocalCaFolder(local_ca_path(state_folder), config.ca.key), token_key));
  for (const NssDatabase& store : stores) {
    const auto names = TRY(nss_nicknames(store));
    BrowserStore one{.browser = store.browser, .lacks = local.missing};
    for (const PartyCa& ca : local.cas) {
      if (std::ranges::find(names, ca.nickname) == names.end()) one.lacks.push_back(ca.nickname);
    }
    std::ranges::copy_if(names, std::back_inserter(one.old),
                         [&](const std::string& name) { return is_old(name, local); });
    found.push_back(std::move(one));
  }
  return found;
}

}  // namespace proxy
