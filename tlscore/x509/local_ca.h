// A certificate authority on this machine, for the names of one party: its leaves are what a browser sees
// while Latchkey speaks TLS to that party (RFC 5280).
//
// It can do no harm elsewhere: critical name constraints permit the party's names (and, as RFC 5280 has it,
// everything below them) and exclude every address; it signs servers' certificates only, and no CA's.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "tlscore/x509/local_ca_certificate.h"
#include "tlscore/x509/private_key.h"

namespace tlscore::x509 {

/// Key on P-256. One thread at a time may issue.
class LocalCa {
 public:
  static constexpr std::chrono::days kLifetime = LocalCaCertificate::kLifetime;
  static constexpr std::chrono::days kLeafLifetime = LocalCaCertificate::kLeafLifetime;

  /// A new one, with a new key. Fails as LocalCaCertificate::draft, and with Internal.
  static Result<LocalCa> create(std::span<const std::string> names, std::chrono::sys_seconds now);

  /// One that was made before. Fails with Untrusted where the key is not the certificate's, or it is no CA.
  static Result<LocalCa> adopt(Certificate certificate, PrivateKey key);

  [[nodiscard]] const Certificate& certificate() const { return m_certificate.certificate(); }
  /// For the file that it is kept in; whoever has it wipes it. Fails with Internal.
  [[nodiscard]] Result<std::string> key_pem() const { return m_key.to_pem(); }

  [[nodiscard]] bool covers(std::string_view host) const { return m_certificate.covers(host); }

  /// As LocalCaCertificate::draft_leaf, and signed.
  Result<Certificate> issue(std::string_view host, const PublicKey& key, std::chrono::sys_seconds now);

 private:
  LocalCa(LocalCaCertificate certificate, PrivateKey key)
      : m_certificate(std::move(certificate)), m_key(std::move(key)) {}

  LocalCaCertificate m_certificate;
  PrivateKey m_key;
};

}  // namespace tlscore::x509
