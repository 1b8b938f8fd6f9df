// CertificationRequestInfo, written field by field (RFC 2986, section 4.1).
#include "tlscore/x509/certificate_request.h"

#include <array>

#include "tlscore/x509/certificate_extensions.h"
#include "tlscore/x509/der.h"
#include "tlscore/x509/holder_names.h"

namespace tlscore::x509 {
namespace {

constexpr std::uint8_t kVersion1[] = {0x02, 0x01, 0x00};
/// The contents of an OBJECT IDENTIFIER: pkcs-9-at-extensionRequest.
constexpr std::uint8_t kExtensionRequest[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e};
constexpr std::uint8_t kAttributes = 0xa0;  // [0] IMPLICIT SET OF

Result<Bytes> extensions_of(const CertificateRequestOptions& options) {
  constexpr std::array kPurposes = {Purpose::ClientAuth};
  const Bytes names = options.mailboxes.empty()
                          ? Bytes()
                          : alternative_names_extension(TRY(der_alternative_names({}, options.mailboxes)));
  return der(kDerSequence, {key_usage_extension(kDigitalSignature), purpose_extension(kPurposes), names});
}

}  // namespace

Result<ToBeSigned> draft_certificate_request(const CertificateRequestOptions& options) {
  const Bytes name = TRY(der_holder_name(options.common_name));
  const Bytes extensions = TRY(extensions_of(options));
  const Bytes wanted = der(kDerSequence, {der(kDerOid, kExtensionRequest), der(kDerSet, extensions)});
  return ToBeSigned::create(
      options.key, der(kDerSequence, {kVersion1, name, options.key.spki(), der(kAttributes, wanted)}));
}

}  // namespace tlscore::x509
