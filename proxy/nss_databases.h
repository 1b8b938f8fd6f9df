// The certificate stores of the user's browsers: NSS databases, written by NSS's own certutil.
#pragma once

#include <string>
#include <vector>

#include "tlscore/base/result.h"
#include "tlscore/x509/certificate.h"

namespace proxy {

/// One store. A plain value.
struct NssDatabase {
  std::string browser;  ///< "Chromium", "Firefox (profile abc.default)".
  std::string folder;
  bool exists = false;  ///< Else it can be made: the browser is there and has not made it yet.
};

/// Those of Chromium and its relatives, and of every Firefox profile, under this home: where Debian's
/// packages, snap and flatpak have them. Nothing is made. `data_home` is $XDG_DATA_HOME; empty: .local/share.
///
/// Chromium uses ~/.pki/nssdb if that is there, else, in its newer versions, pki/nssdb in `data_home`.
[[nodiscard]] std::vector<NssDatabase> find_nss_databases(const std::string& home,
                                                          const std::string& data_home = "");

/// Where each of these Firefoxes would list its profiles.
[[nodiscard]] std::vector<std::string> firefox_profile_lists(const std::string& home);

/// The names of the certificates in it. Blocks. Fails with NotFound without certutil, with Internal and what
/// certutil said.
[[nodiscard]] tlscore::Result<std::vector<std::string>> nss_nicknames(const NssDatabase& database);

/// Has it trust a CA for servers, under `nickname`. Makes the database if it is not there. Blocks; fails as
/// above, and then the CA is not in it. Where Firefox has a primary password certutil asks for it on the
/// terminal, and fails without one.
[[nodiscard]] tlscore::Result<void> nss_add(const NssDatabase& database, const std::string& nickname,
                                            const tlscore::x509::Certificate& certificate);

/// Takes every certificate of this name out.
[[nodiscard]] tlscore::Result<void> nss_remove(const NssDatabase& database, const std::string& nickname);

}  // namespace proxy
