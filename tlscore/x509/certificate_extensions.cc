// Object identifiers, and the values under them.
#include "tlscore/x509/certificate_extensions.h"

#include <bit>

#include "tlscore/x509/certificate_draft.h"
#include "tlscore/x509/der.h"
#include "tlscore/x509/mbedtls_hash.h"

namespace tlscore::x509 {
namespace {

// Contents of object identifiers; those of purposes with tag and length.
constexpr std::uint8_t kSubjectKeyIdOid[] = {0x55, 0x1d, 0x0e};
constexpr std::uint8_t kKeyUsageOid[] = {0x55, 0x1d, 0x0f};
constexpr std::uint8_t kSubjectAltNameOid[] = {0x55, 0x1d, 0x11};
constexpr std::uint8_t kBasicConstraintsOid[] = {0x55, 0x1d, 0x13};
constexpr std::uint8_t kNameConstraintsOid[] = {0x55, 0x1d, 0x1e};
constexpr std::uint8_t kAuthorityKeyIdOid[] = {0x55, 0x1d, 0x23};
constexpr std::uint8_t kExtKeyUsageOid[] = {0x55, 0x1d, 0x25};
constexpr std::uint8_t kServerAuth[] = {0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01};
constexpr std::uint8_t kClientAuth[] = {0x06, 0x08, 0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02};

constexpr std::size_t kKeyIdBytes = 20;

Bytes key_id(const PublicKey& key) {
  Bytes digest = sha256(key.spki());
  digest.resize(kKeyIdBytes);
  return digest;
}

}  // namespace

Bytes end_entity_extension() {
  return der_extension(kBasicConstraintsOid, true, der(kDerSequence, ByteView()));
}

Bytes last_ca_extension() {
  constexpr std::uint8_t kTrue[] = {kDerBoolean, 0x01, 0xff};
  const Bytes no_ca_below = der_integer(Bytes{0});
  return der_extension(kBasicConstraintsOid, true, der(kDerSequence, {kTrue, no_ca_below}));
}

Bytes key_usage_extension(KeyUsage use) {
  // How many bits behind the last one are unused, and the bits.
  const auto bits = static_cast<std::uint8_t>(use);
  const Bytes contents = {static_cast<std::uint8_t>(std::countr_zero(bits)), bits};
  return der_extension(kKeyUsageOid, true, der(kDerBitString, contents));
}

Bytes purpose_extension(std::span<const Purpose> purposes) {
  Bytes contents;
  for (const Purpose purpose : purposes) {
    const ByteView oid = purpose == Purpose::ServerAuth ? ByteView(kServerAuth) : ByteView(kClientAuth);
    contents.insert(contents.end(), oid.begin(), oid.end());
  }
  return der_extension(kExtKeyUsageOid, false, der(kDerSequence, contents));
}

Bytes alternative_names_extension(ByteView names) {
  return der_extension(kSubjectAltNameOid, false, der(kDerSequence, names));
}

Bytes name_constraints_extension(ByteView permitted, ByteView excluded) {
  const Bytes value = der(kDerSequence, {der(0xa0, permitted), der(0xa1, excluded)});
  return der_extension(kNameConstraintsOid, true, value);
}

Bytes subject_key_extension(const PublicKey& key) {
  return der_extension(kSubjectKeyIdOid, false, der(kDerOctetString, key_id(key)));
}

Bytes authority_key_extension(const PublicKey& key) {
  return der_extension(kAuthorityKeyIdOid, false, der(kDerSequence, der(0x80, key_id(key))));
}

}  // namespace tlscore::x509
