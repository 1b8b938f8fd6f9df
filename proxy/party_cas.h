// The local CAs of all parties: for the browsers' stores, and as a file for programs that read one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proxy/config.h"
#include "proxy/local_ca_folder.h"

namespace proxy {

/// Every name that a local CA has in a browser's store begins so, and nobody else's does.
inline constexpr std::string_view kLocalCaNickname = "Latchkey CA for ";

struct PartyCa {
  std::string
      nickname;  ///< kLocalCaNickname, a name of the party's, and digits that tell it from older ones.
  tlscore::x509::Certificate certificate;
};

struct PartyCas {
  std::vector<PartyCa> cas;
  std::vector<std::string> left_out;  ///< A sentence for each party that can have none.
  std::vector<std::string> missing;   ///< Those that the daemon has yet to make with the key on the token.
};

/// The sets of names for which there are to be local CAs.
[[nodiscard]] std::vector<std::vector<std::string>> wanted_local_cas(const Config& config);

/// Where the local CAs are, in the state folder.
[[nodiscard]] std::string local_ca_path(const std::string& state_folder);

/// Whether programs may speak TLS to it, and it has a name that a CA may be for.
[[nodiscard]] bool has_local_ca(const Party& party);

/// The CA of each party to which programs may speak TLS; with a `host` only that of the party that lists it.
/// One that is not there yet is made, unless the key is on a token: then it is missing, as is one of another
/// key than `token_key`, which is that key's fingerprint; empty: the token is out, and what was kept counts.
/// Fails as LocalCaFolder::open does.
[[nodiscard]] tlscore::Result<PartyCas> open_party_cas(const Config& config, const std::string& host,
                                                       const LocalCaFolder& folder,
                                                       const std::string& token_key);

/// Writes the system's CAs and `local` ones into one file in the folder of the local CAs, and returns its
/// path: for programs that take a file in place of the system's store. Fails with NotFound where the system
/// has no CAs, and where it cannot be written.
[[nodiscard]] tlscore::Result<std::string> write_ca_bundle(const PartyCas& local,
                                                           const std::string& state_folder);

}  // namespace proxy
