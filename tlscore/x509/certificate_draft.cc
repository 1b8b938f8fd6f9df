// TBSCertificate, written field by field (RFC 5280, section 4.1).
#include "tlscore/x509/certificate_draft.h"

#include <string_view>

#include "tlscore/x509/date.h"
#include "tlscore/x509/der.h"
#include "tlscore/x509/random.h"

namespace tlscore::x509 {
namespace {

constexpr std::size_t kSerialBytes = 16;

// Object identifiers with tag and length.
constexpr std::uint8_t kCommonName[] = {0x06, 0x03, 0x55, 0x04, 0x03};
constexpr std::uint8_t kVersion3[] = {0xa0, 0x03, 0x02, 0x01, 0x02};

/// Until 2049 as UTCTime, later as GeneralizedTime (RFC 5280, section 4.1.2.5).
Bytes der_time(std::chrono::sys_seconds time) {
  std::string text;
  for (const char c : to_rfc3339(time)) {
    if (!std::string_view("-:T").contains(c)) text += c;
  }
  const bool is_short = text < "2050";
  return der(is_short ? kDerUtcTime : kDerGeneralizedTime,
             as_bytes(is_short ? std::string_view(text).substr(2) : text));
}

Result<void> check_validity(std::chrono::sys_seconds not_before, std::chrono::sys_seconds not_after) {
  using std::chrono::January;
  const auto earliest = std::chrono::sys_days(std::chrono::year(1950) / January / 1);
  const auto latest = std::chrono::sys_days(std::chrono::year(10000) / January / 1);
  if (not_after < not_before || not_before < earliest || not_after >= latest)
    return fail(ErrorKind::Malformed, "a certificate's validity must end after it begins");
  return {};
}

Bytes random_serial() {
  Bytes serial = random_bytes(kSerialBytes);
  // Positive, and of 16 octets whatever the dice say.
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7fU) | 0x40U);
  return serial;
}

}  // namespace

Bytes der_common_name(std::string_view common_name) {
  const Bytes attribute = der(kDerSequence, {kCommonName, der(kDerUtf8String, as_bytes(common_name))});
  return der(kDerSequence, der(kDerSet, attribute));
}

Bytes der_extension(ByteView oid, bool is_critical, ByteView value) {
  constexpr std::uint8_t kTrue[] = {0x01, 0x01, 0xff};
  return der(kDerSequence,
             {der(kDerOid, oid), is_critical ? ByteView(kTrue) : ByteView(), der(kDerOctetString, value)});
}

Result<CertificateDraft> CertificateDraft::create(const CertificateFields& fields) {
  TRY(check_validity(fields.not_before, fields.not_after));
  const Bytes algorithm = TRY(signature_algorithm(fields.signer.type()));
  const Bytes validity = der(kDerSequence, {der_time(fields.not_before), der_time(fields.not_after)});
  Bytes extensions;
  for (const Bytes& one : fields.extensions) extensions.insert(extensions.end(), one.begin(), one.end());
  Bytes tbs =
      der(kDerSequence, {kVersion3, der_integer(random_serial()), algorithm, fields.issuer, validity,
                         fields.subject, fields.key.spki(), der(0xa3, der(kDerSequence, extensions))});
  return CertificateDraft(TRY(ToBeSigned::create(fields.signer, std::move(tbs))));
}

Result<Certificate> CertificateDraft::finish(ByteView signature) const {
  return Certificate::parse_der(TRY(m_tbs.finish(signature)));
}

}  // namespace tlscore::x509
