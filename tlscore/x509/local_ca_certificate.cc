// What stands in a CA's certificate and in a leaf's.
#include "tlscore/x509/local_ca_certificate.h"

#include <algorithm>

#include "tlscore/x509/certificate_extensions.h"
#include "tlscore/x509/der.h"
#include "tlscore/x509/self_signed.h"
#include "tlscore/x509/server_name.h"

namespace tlscore::x509 {
namespace {

/// 2.25.73607715, the contents of an object identifier: says that a local CA is meant.
constexpr std::uint8_t kLocalCaMark[] = {0x69, 0xa3, 0x8c, 0xd4, 0x23};
constexpr Purpose kPurposes[] = {Purpose::ServerAuth};

constexpr std::size_t kIpv4Subtree = 8;  // address and mask
constexpr std::size_t kIpv6Subtree = 32;

/// Clocks of machines that share a home differ.
constexpr std::chrono::hours kClockSkew{1};

Bytes mark() {
  return der_extension(kLocalCaMark, false, der(kDerNull, ByteView()));
}

/// These names, and no address.
Result<Bytes> constraints(std::span<const std::string> names) {
  Bytes permitted;
  for (const std::string& name : names) {
    const ServerName parsed = TRY(ServerName::parse(name));
    if (parsed.is_address())
      return fail(ErrorKind::Malformed, "a local CA is for names, and not for addresses");
    const Bytes subtree = der(kDerSequence, der(0x82, as_bytes(parsed.text())));
    permitted.insert(permitted.end(), subtree.begin(), subtree.end());
  }
  if (permitted.empty()) return fail(ErrorKind::Malformed, "a local CA without names");
  Bytes excluded = der(kDerSequence, der(0x87, Bytes(kIpv4Subtree)));
  const Bytes any_ipv6 = der(kDerSequence, der(0x87, Bytes(kIpv6Subtree)));
  excluded.insert(excluded.end(), any_ipv6.begin(), any_ipv6.end());
  return name_constraints_extension(permitted, excluded);
}

}  // namespace

Result<CertificateDraft> LocalCaCertificate::draft(std::span<const std::string> names, const PublicKey& key,
                                                   std::chrono::sys_seconds now) {
  std::vector<Bytes> extensions = {last_ca_extension(),          key_usage_extension(kKeyCertSign),
                                   purpose_extension(kPurposes), TRY(constraints(names)),
                                   subject_key_extension(key),   mark()};
  const Bytes name = der_common_name(cut_common_name("Latchkey CA for " + names.front()));
  return CertificateDraft::create({.issuer = name,
                                   .subject = name,
                                   .key = key,
                                   .signer = key,
                                   .not_before = now - kClockSkew,
                                   .not_after = now + kLifetime,
                                   .extensions = std::move(extensions)});
}

Result<LocalCaCertificate> LocalCaCertificate::adopt(Certificate certificate) {
  if (!certificate.is_ca() || !certificate.name_constraints() || !is_of_local_ca(certificate))
    return fail(ErrorKind::Untrusted, "it is not the certificate of a local CA");
  return LocalCaCertificate(std::move(certificate));
}

bool LocalCaCertificate::covers(std::string_view host) const {
  const auto name = ServerName::parse(host);
  if (!name || name->is_address()) return false;
  const Bytes value(name->text().begin(), name->text().end());
  const GeneralName wanted{.form = NameForm::Dns, .value = value};
  return check_name_constraints(*m_certificate.name_constraints(), der(kDerSequence, ByteView()),
                                {&wanted, 1})
      .has_value();
}

Result<CertificateDraft> LocalCaCertificate::draft_leaf(std::string_view host, const PublicKey& key,
                                                        std::chrono::sys_seconds now) const {
  if (!covers(host)) return fail(ErrorKind::Refused, "the local CA may not speak for " + std::string(host));
  if (now >= m_certificate.not_after()) return fail(ErrorKind::Untrusted, "the local CA has expired");
  const std::string name(host);
  std::vector<Bytes> extensions = {end_entity_extension(),
                                   key_usage_extension(kDigitalSignature),
                                   purpose_extension(kPurposes),
                                   alternative_names_extension(der(0x82, as_bytes(name))),
                                   authority_key_extension(m_certificate.public_key()),
                                   mark()};
  const ByteView issuer = m_certificate.subject_der();
  return CertificateDraft::create({.issuer = Bytes(issuer.begin(), issuer.end()),
                                   .subject = der_common_name(cut_common_name(name)),
                                   .key = key,
                                   .signer = m_certificate.public_key(),
                                   .not_before = std::max(now - kClockSkew, m_certificate.not_before()),
                                   .not_after = std::min(now + kLeafLifetime, m_certificate.not_after()),
                                   .extensions = std::move(extensions)});
}

bool is_of_local_ca(const Certificate& certificate) {
  return certificate.extension(kLocalCaMark).has_value();
}

}  // namespace tlscore::x509
