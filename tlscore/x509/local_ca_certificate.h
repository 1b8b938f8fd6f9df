// The certificate of a party's local CA, and what it signs, apart from the key: that may be on a token.
//
//   auto draft = ca.draft_leaf(host, key, now);          // what is to be signed
//   Bytes signature = ... sign(draft->request()) ...;    // the token's work
//   auto leaf = draft->finish(signature);                // checked before it leaves
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "tlscore/x509/certificate_draft.h"

namespace tlscore::x509 {

/// Immutable: any thread may use one.
class LocalCaCertificate {
 public:
  static constexpr std::chrono::days kLifetime{5 * 365};
  /// A leaf's; it is never longer than the CA's own.
  static constexpr std::chrono::days kLeafLifetime{7};

  /// A new one for `key`, which signs it itself. `names` are DNS names, folded, at least one: each stands for
  /// itself and what is below it. Fails with Malformed for one that is none, and as CertificateDraft::create.
  static Result<CertificateDraft> draft(std::span<const std::string> names, const PublicKey& key,
                                        std::chrono::sys_seconds now);

  /// One that was made before, or just now. Fails with Untrusted where it is no local CA's.
  static Result<LocalCaCertificate> adopt(Certificate certificate);

  [[nodiscard]] const Certificate& certificate() const { return m_certificate; }

  /// Whether its constraints permit this name.
  [[nodiscard]] bool covers(std::string_view host) const;

  /// A server's certificate for one name and no other, so that HTTP/2 connections are never shared between
  /// names. Fails with Refused for a name that the constraints do not permit, and addresses; with Untrusted
  /// where the CA is no longer valid.
  [[nodiscard]] Result<CertificateDraft> draft_leaf(std::string_view host, const PublicKey& key,
                                                    std::chrono::sys_seconds now) const;

 private:
  explicit LocalCaCertificate(Certificate certificate) : m_certificate(std::move(certificate)) {}

  Certificate m_certificate;
};

/// Whether a local CA of anybody's made it, or it is one: such certificates prove nothing about a server, so
/// they are believed nowhere but in the browser that was told to.
[[nodiscard]] bool is_of_local_ca(const Certificate& certificate);

}  // namespace tlscore::x509
