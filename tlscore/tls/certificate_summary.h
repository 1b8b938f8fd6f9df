// What one side of a connection showed of itself, as people are told of it.
#pragma once

#include <string>

namespace tlscore::tls {

/// A plain value. The texts are printable.
struct CertificateSummary {
  /// "openpgp", "openpgp-x509" (an envelope), "x509", "key" (nobody says whose); empty: nothing was shown.
  std::string form{};
  std::string fingerprint{};  ///< OpenPGP: 40 hex digits of the primary key. Else the key's SHA-256, 64.
  std::string name{};         ///< OpenPGP: the user ID. Else the subject. May be empty.

  /// "the OpenPGP certificate 0123..., Alice", "an X.509 certificate that carries the OpenPGP certificate
  /// 0123..., Alice", "the X.509 certificate CN=Alice", "the key 0123..."; empty for none.
  [[nodiscard]] std::string text() const {
    const std::string named = name.empty() ? "" : ", " + name;
    if (form == "openpgp") return "the OpenPGP certificate " + fingerprint + named;
    if (form == "openpgp-x509")
      return "an X.509 certificate that carries the OpenPGP certificate " + fingerprint + named;
    if (form == "x509" && !name.empty()) return "the X.509 certificate " + name;
    return form.empty() ? "" : "the key " + fingerprint;
  }
  friend bool operator==(const CertificateSummary&, const CertificateSummary&) = default;
};

}  // namespace tlscore::tls
