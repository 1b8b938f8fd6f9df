// The certificates that Latchkey shows to browsers in a party's place: minted off the loop, kept while they
// last.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "proxy/local_ca_folder.h"
#include "proxy/token_ca.h"
#include "tlscore/base/cancel.h"
#include "tlscore/base/worker.h"
#include "tlscore/tls/engine_settings.h"
#include "tlscore/x509/date.h"

namespace proxy {

/// Loop's thread only. `loop`, `workers` and `tokens` outlive it, and it outlives its tasks.
class LocalLeaves {
 public:
  /// Kept at once; a party may be any host of a domain.
  static constexpr std::size_t kMaxKept = 500;

  using Clock = std::function<std::chrono::sys_seconds()>;

  /// A token signs where `folder` has a key's URI. `clock` tells when a leaf is to be made anew.
  LocalLeaves(tlscore::EventLoop& loop, tlscore::Workers& workers, Tokens& tokens, LocalCaFolder folder,
              Clock clock = tlscore::x509::now);

  using Found = tlscore::Result<std::shared_ptr<const tlscore::tls::ServerCredential>>;

  /// A key and a certificate for `host`, from the local CA of `party`. `shown` is what the party itself
  /// showed: another certificate of the party's is another leaf, so that a browser can tell. Empty, where a
  /// page of ours is shown: then any leaf for that host will do while no token can sign. A leaf of a CA that
  /// is not the party's any more is not used, and what several want at once is minted once. Fails with
  /// Unsupported where no local CA may be for that host, and as LocalCaFolder::open and TokenCa do. The
  /// arguments are not used after the first wait, `cancel` apart.
  tlscore::Task<Found> find(const Party& party, std::string host, tlscore::Bytes shown,
                            tlscore::Cancel& cancel);

  /// Whether there is a leaf for a page of ours, or one can be made now. Fails with Disarmed, and a sentence
  /// that says what to do, where a token has to sign that is not armed.
  [[nodiscard]] tlscore::Result<void> can_find(const Party& party, const std::string& host) const;

  /// The fingerprint of the key on a token that signs for the local CAs; empty: it is not there now, or the
  /// keys are files.
  [[nodiscard]] std::string token_key() const;

  /// Makes the local CA of `party` if it is not there yet. Fails as LocalCaFolder::open and TokenCa::open do.
  /// `party` is not used after the first wait.
  tlscore::Task<tlscore::Result<void>> make_ca(const Party& party, tlscore::Cancel& cancel);

 private:
  struct Leaf {
    MintedLeaf minted;
    std::chrono::sys_seconds renew_at;
  };

  /// The leaf under this key, if it is of today's CA for these names, or nobody can tell.
  [[nodiscard]] const Leaf* kept(const std::vector<std::string>& names, const std::string& key) const;
  [[nodiscard]] const Leaf* any_kept(const std::vector<std::string>& names, const std::string& host) const;
  tlscore::Task<tlscore::Result<MintedLeaf>> mint(std::vector<std::string> names, std::string host,
                                                  tlscore::Cancel& cancel);

  tlscore::Workers& m_workers;
  LocalCaFolder m_folder;
  Clock m_clock;
  std::unique_ptr<TokenCa> m_token_ca;   ///< Null: the keys are files.
  std::map<std::string, Leaf> m_leaves;  ///< By the CA's names, the host, and the digest of what was shown.
  SharedWork<MintedLeaf> m_minting;      ///< By the same.
};

}  // namespace proxy
