// Local CAs whose key is on a token: one key signs the certificates of all of them, and their leaves.
//
// Every signature may want the person's touch; what is made is kept by local_leaves.h and local_ca_folder.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "proxy/local_ca_folder.h"
#include "proxy/shared_work.h"
#include "proxy/tokens.h"
#include "tlscore/base/worker.h"
#include "tlscore/tls/engine_settings.h"

namespace proxy {

/// A key and its certificate, and what tells the CA that signed it from one that has come in its place.
struct MintedLeaf {
  std::shared_ptr<const tlscore::tls::ServerCredential> credential;
  std::string signer;  ///< Of a key on a token its fingerprint, of one in a file LocalCaFolder::state_of.
};

/// Loop's thread only. `workers` and `tokens` outlive it, and it outlives its tasks.
///
/// All tasks fail with Disarmed, and a sentence that says what to do, where the token that holds the key is
/// not there or does not sign; with Unsupported where the key is not on P-256; and as LocalCaFolder does.
class TokenCa {
 public:
  /// `folder` knows the key's URI.
  TokenCa(tlscore::EventLoop& loop, tlscore::Workers& workers, Tokens& tokens, LocalCaFolder folder)
      : m_workers(workers), m_tokens(tokens), m_folder(std::move(folder)), m_opening(loop) {}

  /// Whether the token that holds the key is armed now. Fails as the tasks do.
  [[nodiscard]] tlscore::Result<void> is_armed() const;
  /// The fingerprint of the key that is there now, whatever its curve. Fails with Disarmed.
  [[nodiscard]] tlscore::Result<std::string> fingerprint() const;

  /// The certificate of the CA for these names: the one that was kept for the token's key, or a new one.
  /// Waits for tokens that are on their way, and for a PIN.
  tlscore::Task<tlscore::Result<tlscore::x509::LocalCaCertificate>> open(std::vector<std::string> names,
                                                                         tlscore::Cancel& cancel);

  /// A new key in memory, and its certificate for `host` from the CA for `names`.
  tlscore::Task<tlscore::Result<MintedLeaf>> mint(std::vector<std::string> names, std::string host,
                                                  tlscore::Cancel& cancel);

 private:
  using OpenedCa = tlscore::Result<tlscore::x509::LocalCaCertificate>;

  tlscore::Task<tlscore::Result<Tokens::ArmedKey>> armed_key(tlscore::Cancel& cancel);
  tlscore::Task<OpenedCa> open_with(Tokens::ArmedKey with, std::vector<std::string> names,
                                    tlscore::Cancel& cancel);
  tlscore::Task<OpenedCa> find_or_make(Tokens::ArmedKey with, std::vector<std::string> names,
                                       tlscore::Cancel& cancel);

  tlscore::Workers& m_workers;
  Tokens& m_tokens;
  LocalCaFolder m_folder;
  SharedWork<tlscore::x509::LocalCaCertificate> m_opening;  ///< By the key's fingerprint and the names.
};

}  // namespace proxy
