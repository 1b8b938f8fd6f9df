// TBSCertificate, written field by field (RFC 5280, section 4.1).
#include "tlscore/x509/self_signed.h"

#include <algorithm>
#include <string_view>

#include "tlscore/x509/date.h"
#include "tlscore/x509/der.h"
#include "tlscore/x509/digest.h"
#include "tlscore/x509/directory_string.h"
#include "tlscore/x509/ed25519.h"
#include "tlscore/x509/mailbox.h"
#include "tlscore/x509/random.h"
#include "tlscore/x509/server_name.h"

namespace tlscore::x509 {
namespace {

constexpr std::size_t kMaxCommonNameBytes = 64;
constexpr std::size_t kSerialBytes = 16;

// Object identifiers with tag and length.
constexpr std::uint8_t kSha256WithRsa[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x0b};
constexpr std::uint8_t kEcdsaWithSha256[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
constexpr std::uint8_t kEcdsaWithSha384[] = {0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x03};
constexpr std::uint8_t kCommonName[] = {0x06, 0x03, 0x55, 0x04, 0x03};
constexpr std::uint8_t kKeyUsage[] = {0x06, 0x03, 0x55, 0x1d, 0x0f};
constexpr std::uint8_t kSubjectAltName[] = {0x06, 0x03, 0x55, 0x1d, 0x11};
constexpr std::uint8_t kBasicConstraints[] = {0x06, 0x03, 0x55, 0x1d, 0x13};
constexpr std::uint8_t kExtKeyUsage[] = {0x06, 0x03, 0x55, 0x1d, 0x25};
constexpr std::uint8_t kServerAuth[] = {0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01};
constexpr std::uint8_t kClientAuth[] = {0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02};
constexpr std::uint8_t kTrue[] = {0x01, 0x01, 0xff};
constexpr std::uint8_t kVersion3[] = {0xa0, 0x03, 0x02, 0x01, 0x02};
// BIT STRING with bit 0 set and seven unused bits.
constexpr std::uint8_t kDigitalSignatureBits[] = {0x03, 0x02, 0x07, 0x80};

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

Bytes der_name(std::string_view common_name) {
  const Bytes attribute = der(kDerSequence, {kCommonName, der(kDerUtf8String, as_bytes(common_name))});
  return der(kDerSequence, der(kDerSet, attribute));
}

Bytes extension(ByteView oid, bool is_critical, ByteView value) {
  return der(kDerSequence, {oid, is_critical ? ByteView(kTrue) : ByteView(), der(kDerOctetString, value)});
}

/// GeneralNames (RFC 5280, section 4.2.1.6).
Result<Bytes> der_alternative_names(const SelfSignedOptions& options) {
  Bytes contents;
  for (const std::string& mailbox : options.mailboxes) {
    if (!is_mailbox(mailbox)) return fail(ErrorKind::Malformed, "not an e-mail address");
    const Bytes element = der(0x81, as_bytes(mailbox));
    contents.insert(contents.end(), element.begin(), element.end());
  }
  for (const std::string& name : options.dns_names) {
    const bool is_wildcard = name.starts_with("*.");
    const ServerName parsed = TRY(ServerName::parse(is_wildcard ? std::string_view(name).substr(2) : name));
    const Bytes element = parsed.is_address()
                              ? der(0x87, parsed.address())
                              : der(0x82, as_bytes((is_wildcard ? "*." : "") + parsed.text()));
    if (is_wildcard && parsed.is_address()) return fail(ErrorKind::Malformed, "a wildcard before an address");
    contents.insert(contents.end(), element.begin(), element.end());
  }
  return der(kDerSequence, contents);
}

Result<Bytes> der_extensions(const SelfSignedOptions& options) {
  const Bytes purposes = der(kDerSequence, {options.server_auth ? ByteView(kServerAuth) : ByteView(),
                                            options.client_auth ? ByteView(kClientAuth) : ByteView()});
  Bytes names;
  if (!options.dns_names.empty() || !options.mailboxes.empty())
    names = extension(kSubjectAltName, false, TRY(der_alternative_names(options)));
  Bytes others;
  for (const OtherExtension& other : options.extensions) {
    const Bytes element = extension(der(kDerOid, other.oid), other.is_critical, other.value);
    others.insert(others.end(), element.begin(), element.end());
  }
  const Bytes list = der(kDerSequence, {extension(kBasicConstraints, true, der(kDerSequence, ByteView())),
                                        extension(kKeyUsage, true, kDigitalSignatureBits),
                                        extension(kExtKeyUsage, false, purposes), names, others});
  return der(0xa3, list);
}

Result<void> check(const SelfSignedOptions& options) {
  using std::chrono::January;
  const std::string& name = options.common_name;
  if (name.empty() || name.size() > kMaxCommonNameBytes || !decode_string(kDerUtf8String, as_bytes(name)) ||
      escape_controls(name) != name) {
    return fail(ErrorKind::Malformed,
                "the name for a certificate is 1 to 64 octets of UTF-8 without control characters");
  }
  const auto earliest = std::chrono::sys_days(std::chrono::year(1950) / January / 1);
  const auto latest = std::chrono::sys_days(std::chrono::year(10000) / January / 1);
  if (options.not_after < options.not_before || options.not_before < earliest ||
      options.not_after >= latest) {
    return fail(ErrorKind::Malformed, "a certificate's validity must end after it begins");
  }
  if (!options.client_auth && !options.server_auth)
    return fail(ErrorKind::Refused, "a certificate without a purpose");
  return {};
}

/// AlgorithmIdentifier of the signature, with NULL for RSA (RFC 4055, section 5) and nothing for ECDSA (RFC
/// 5758) and Ed25519 (RFC 8410, section 6).
Result<Bytes> signature_algorithm(PublicKey::Type type) {
  switch (type) {
    case PublicKey::Type::Rsa: return der(kDerSequence, {kSha256WithRsa, der(kDerNull, ByteView())});
    case PublicKey::Type::EcP256: return der(kDerSequence, kEcdsaWithSha256);
    case PublicKey::Type::EcP384: return der(kDerSequence, kEcdsaWithSha384);
    case PublicKey::Type::Ed25519: return der(kDerSequence, kEd25519Oid);
    case PublicKey::Type::Other: break;
  }
  return fail(ErrorKind::Unsupported,
              "only RSA, P-256, P-384 and Ed25519 keys can have a self-signed certificate");
}

SignatureRequest request_for(PublicKey::Type type, ByteView tbs) {
  switch (type) {
    case PublicKey::Type::Rsa: return {SignatureScheme::RsaPkcs1, Hash::Sha256, digest(Hash::Sha256, tbs)};
    case PublicKey::Type::EcP384: return {SignatureScheme::Ecdsa, Hash::Sha384, digest(Hash::Sha384, tbs)};
    case PublicKey::Type::Ed25519:
      return {SignatureScheme::Ed25519, Hash::None, Bytes(tbs.begin(), tbs.end())};
    default: return {SignatureScheme::Ecdsa, Hash::Sha256, digest(Hash::Sha256, tbs)};
  }
}

}  // namespace

std::string cut_common_name(std::string_view text) {
  std::size_t size = std::min(text.size(), kMaxCommonNameBytes);
  const auto continues = [&](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U;
  };
  while (size > 0 && size < text.size() && continues(size)) --size;
  return std::string(text.substr(0, size));
}

SelfSigned::SelfSigned(PublicKey key, Bytes algorithm, Bytes tbs, SignatureRequest request)
    : m_key(std::move(key)),
      m_algorithm(std::move(algorithm)),
      m_tbs(std::move(tbs)),
      m_request(std::move(request)) {}

Result<SelfSigned> SelfSigned::create(const SelfSignedOptions& options) {
  TRY(check(options));
  Bytes algorithm = TRY(signature_algorithm(options.key.type()));
  Bytes serial = random_bytes(kSerialBytes);
  // Positive, and of 16 octets whatever the dice say.
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7fU) | 0x40U);
  const Bytes name = der_name(options.common_name);
  const Bytes validity = der(kDerSequence, {der_time(options.not_before), der_time(options.not_after)});
  Bytes tbs = der(kDerSequence, {kVersion3, der_integer(serial), algorithm, name, validity, name,
                                 options.key.spki(), TRY(der_extensions(options))});
  if (tbs.size() > kMaxSignedMessageBytes)
    return fail(ErrorKind::TooLarge, "a certificate of more than 32 KiB");
  SignatureRequest request = request_for(options.key.type(), tbs);
  return SelfSigned(options.key, std::move(algorithm), std::move(tbs), std::move(request));
}

Result<Certificate> SelfSigned::finish(ByteView signature) const {
  TRY(m_key.verify(m_request, signature));
  return Certificate::parse_der(der(kDerSequence, {m_tbs, m_algorithm, der_bit_string(signature)}));
}

Result<Certificate> self_sign(PrivateKey& key, SelfSignedOptions options) {
  options.key = key.public_key();
  const SelfSigned draft = TRY(SelfSigned::create(options));
  return draft.finish(TRY(key.sign(draft.request())));
}

}  // namespace tlscore::x509
