// A list of people and keys: the contents of a file that allows or denies.
//
// One entry a line; empty lines and lines that begin with `#` are skipped, white space around an entry too:
//
//   0123456789ABCDEF0123456789ABCDEF01234567   an OpenPGP primary key's fingerprint (blanks allowed)
//   64 hexadecimal digits                      the SHA-256 of a key's SubjectPublicKeyInfo
//   Alice Example <alice@example.org>          an OpenPGP user ID, exactly
//   alice@example.org                          a mail address, of a user ID or of an X.509 certificate
//   @example.org                               every mail address in this domain, not in those below it
//   host.example.org                           a DNS name: a user ID or of an X.509 certificate
//
// Fingerprints are listed keys: they stand for whoever proves to hold the key. Names stand only for whom the
// keyring or a CA vouches.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "tlscore/base/result.h"
#include "tlscore/judge/authorization_peer.h"

namespace tlscore::judge {

/// Immutable. In an empty one is nobody.
class PeerList {
 public:
  static constexpr std::size_t kMaxBytes = std::size_t{4} << 20U;

  /// Fails with Malformed and "line N ..." for a line with control characters, a fingerprint of another
  /// length or a domain that is none; with TooLarge over kMaxBytes.
  static Result<PeerList> parse(std::string_view text);

  /// Never for one that showed nothing, or whose certificate is broken or withdrawn.
  [[nodiscard]] bool contains(const Peer& peer) const;

 private:
  Result<void> add(std::string_view line);

  using Set = std::set<std::string, std::less<>>;

  Set m_keys;     ///< Fingerprints of both kinds, in lower case.
  Set m_domains;  ///< Without the "@".
  Set m_names;    ///< Mail addresses and DNS names in canonical form, user IDs as they are.
};

}  // namespace tlscore::judge
