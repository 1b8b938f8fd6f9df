// Where the local CAs of the user's parties are kept: `STATE/ca/ID.pem` and `ID.key`, one pair for each set
// of names, so that adding a party leaves those alone that browsers know already. Where the key is on a token
// there is the certificate alone, and ID is another one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "proxy/party.h"
#include "tlscore/x509/local_ca.h"

namespace proxy {

/// The names that this party's local CA is for: its exact hosts, and its suffixes without the asterisk,
/// sorted. Hosts that no CA may be for are left out: addresses, single labels and public suffixes.
[[nodiscard]] std::vector<std::string> local_ca_names(const Party& party);

/// Why no certificate of ours can be made for this host of a party, as a clause; empty: one can.
[[nodiscard]] std::string why_no_local_ca(std::string_view host);

/// Any thread; the files are locked while one looks for a CA, and another process waits.
class LocalCaFolder {
 public:
  /// `path` is made at the first use; its parent exists. `key_uri` is the key on a token that signs for all
  /// of them; empty: each has its own, in a file.
  explicit LocalCaFolder(std::string path, std::string key_uri = {})
      : m_path(std::move(path)), m_key_uri(std::move(key_uri)) {}

  [[nodiscard]] const std::string& key_uri() const { return m_key_uri; }

  /// The CA for exactly these names, from its files, or a new one where there is none, or it has less than a
  /// leaf's lifetime left. Fails with Internal or Refused where the files cannot be used, with Untrusted
  /// where they do not belong together, and as LocalCa::create.
  /// Only for keys in files.
  [[nodiscard]] tlscore::Result<tlscore::x509::LocalCa> open(const std::vector<std::string>& names) const;

  /// What changes when another CA takes the place of the one for these names; empty where there is none. One
  /// look at the file's state, with no lock.
  [[nodiscard]] std::string state_of(const std::vector<std::string>& names) const;

  /// The certificate for exactly these names that was kept for the key on the token; nothing where there is
  /// none, or it ends too soon. Whether the key is that of the token today is the caller's to compare. Fails
  /// as open() does.
  [[nodiscard]] tlscore::Result<std::optional<tlscore::x509::LocalCaCertificate>> find(
      const std::vector<std::string>& names) const;
  /// Keeps one that a token has signed, and returns it; or the one for the same key that somebody else has
  /// kept meanwhile, which browsers may know. Fails as open() does.
  [[nodiscard]] tlscore::Result<tlscore::x509::LocalCaCertificate> keep(
      const std::vector<std::string>& names, const tlscore::x509::LocalCaCertificate& made) const;
  /// The files of CAs that are for none of these sets of names, or were made for another key URI than ours.
  /// Looks at their names alone; in no order.
  [[nodiscard]] std::vector<std::string> others(std::span<const std::vector<std::string>> wanted) const;
  /// Removes them. Fails with Internal or Refused where that cannot be done.
  [[nodiscard]] tlscore::Result<void> forget_others(std::span<const std::vector<std::string>> wanted) const;

 private:
  [[nodiscard]] std::string stem_of(const std::vector<std::string>& names) const;

  std::string m_path;
  std::string m_key_uri;
};

}  // namespace proxy
