// Who somebody is after authentication: what a peer proved, and the names that follow from it.
//
// Judging which of them count is not done here: only names for which somebody vouches are put in.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tlscore::judge {

/// How a peer was authenticated.
enum class PeerMethod : std::uint8_t {
  None,         ///< It showed nothing.
  Key,          ///< It holds a key, and no CA says whose that is.
  X509,         ///< A CA that is believed says whose key it is.
  OpenPgpX509,  ///< By the OpenPGP certificate inside an X.509 certificate.
  OpenPgp,      ///< By an OpenPGP certificate (RFC 6091).
};

/// "", "key", "x509", "openpgp-x509", "openpgp". Stable: it stands in headers and in JSON.
[[nodiscard]] std::string_view to_string(PeerMethod method);

/// A plain value. There are names only where they are vouched for.
struct Peer {
  PeerMethod method = PeerMethod::None;
  bool vouched_for = false;             ///< A CA or the keyring, which is believed, says whose key it is.
  std::string fingerprint{};            ///< OpenPGP: 40 hex digits of the primary key. Else key_sha256.
  std::string key_sha256{};             ///< 64 hex digits, of the SubjectPublicKeyInfo.
  std::string subject{};                ///< X.509: the whole distinguished name, in one line.
  std::vector<std::string> user_ids{};  ///< OpenPGP: those that are valid, the primary one first.
  std::vector<std::string> mail_addresses{};  ///< The domain in lower case.
  std::vector<std::string> dns_names{};       ///< In lower case; no wildcards.
  std::string why_unnamed{};                  ///< A clause that says why nobody says whose key it is.
  std::string why_refused{};  ///< What it presented is broken or withdrawn: a clause; it never passes.
  std::chrono::sys_seconds expires = std::chrono::sys_seconds::max();  ///< To be judged anew from then on.

  /// The one name that people and backends are told: the first user ID, mail address or DNS name, else the
  /// subject. Empty without names.
  [[nodiscard]] std::string identity() const;

  /// For a page or a log: "Alice <alice@example.org> (openpgp, 0123...)", "nobody".
  [[nodiscard]] std::string describe() const;
};

/// `local@domain`, the domain in lower case. Empty for anything that is no plain mail address: no quotes, no
/// white space, one "@", a domain name behind it.
[[nodiscard]] std::string canonical_mail_address(std::string_view text);

/// A DNS name in lower case. Empty for anything else, addresses and wildcards included.
[[nodiscard]] std::string canonical_dns_name(std::string_view text);

}  // namespace tlscore::judge
