// A folder of CRLs that the user keeps: what is asked of it about each certificate of a path.
//
// Nothing is fetched: whatever fills the folder (cron, a CA's mirror) writes a file beside it and renames it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tlscore/x509/crl.h"

namespace tlscore::x509 {

/// Files in PEM or DER form whose names end in ".crl", ".pem", ".der" or ".r0" to ".r9"; others are passed
/// over. 256 at most, of 16 MiB. They are read again when the folder has changed. For one thread.
///
/// The rules, for a certificate and the CA that issued it:
///   - no list of that CA: the certificate is accepted;
///   - the newest list of each scope counts: listed is revoked;
///   - a list past its nextUpdate, not yet valid, not signed by the key that it names, or of a CA that may
///   not
///     sign lists, refuses all that this CA issued: the user asked for lists, and a forgotten one proves
///     nothing;
///   - a file that cannot be read refuses everything, for the same reason.
class CrlFolder {
 public:
  /// Reads it once. Fails with NotFound when there is no such folder, TooLarge, and as parse_crls does; the
  /// sentence names the file.
  static Result<CrlFolder> open(std::string folder);

  /// Reads the folder again when names, sizes or times of its files have changed. Fails as open does, and
  /// then again until it has been read.
  Result<void> refresh();

  /// SHA-256 of what was read: the same for the same lists.
  [[nodiscard]] const Bytes& digest() const { return m_digest; }

  /// `issuer` has signed `certificate`. Gives the time until which the answer holds: the first nextUpdate, or
  /// the end of time where there is no list. Fails with Untrusted and a sentence.
  Result<std::chrono::sys_seconds> check(const Certificate& certificate, const Certificate& issuer,
                                         std::chrono::sys_seconds now);

 private:
  explicit CrlFolder(std::string folder) : m_folder(std::move(folder)) {}

  Result<void> read();
  Result<bool> is_of(const Crl& crl, const Certificate& issuer);
  Result<std::map<Bytes, const Crl*>> newest_of(const Certificate& issuer);

  std::string m_folder;
  std::string m_state;
  Bytes m_digest;
  std::vector<Crl> m_crls;
  /// By place in m_crls and the issuer's key: checking a signature over megabytes takes milliseconds.
  std::map<std::pair<std::size_t, Bytes>, bool> m_checked;
};

}  // namespace tlscore::x509
