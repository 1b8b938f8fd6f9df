// Who may pass a gate: the contents of its allow file.
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
// Fingerprints are listed keys: they pass whoever proves to hold the key. Names pass only whom the keyring or
// a CA vouches for.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "proxy/gate_client.h"
#include "tlscore/base/result.h"

namespace proxy {

/// Immutable. An empty one lets nobody in.
class AllowList {
 public:
  static constexpr std::size_t kMaxBytes = std::size_t{4} << 20U;

  /// Fails with Malformed and "line N ..." for a line with control characters, a fingerprint of another
  /// length or a domain that is none; with TooLarge over kMaxBytes.
  static tlscore::Result<AllowList> parse(std::string_view text);

  [[nodiscard]] bool allows(const GateClient& client) const;

 private:
  tlscore::Result<void> add(std::string_view line);

  using Set = std::set<std::string, std::less<>>;

  Set m_keys;     ///< Fingerprints of both kinds, in lower case.
  Set m_domains;  ///< Without the "@".
  Set m_names;    ///< Mail addresses and DNS names in canonical form, user IDs as they are.
};

}  // namespace proxy
