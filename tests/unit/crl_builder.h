// Makes CRLs at test time: any field may be wrong.
#pragma once

#include "tests/unit/x509_builder.h"

namespace tlscore::x509 {

inline constexpr std::uint8_t kDeltaCrlOid[] = {0x55, 0x1d, 0x1b};
inline constexpr std::uint8_t kDistributionPointOid[] = {0x55, 0x1d, 0x1c};
inline constexpr std::uint8_t kAuthorityKeyOid[] = {0x55, 0x1d, 0x23};

struct CrlFields {
  std::string_view from = "291201000000Z";
  std::string_view to = "300201000000Z";  ///< Empty: not there.
  std::vector<Bytes> serials{};           ///< Contents of INTEGERs.
  Bytes entry_extensions{};               ///< Of each entry; SEQUENCE included.
  std::vector<Bytes> extensions{};
};

/// The CRL of `issuer` in DER, signed by it. Nothing is checked.
inline Bytes crl_der(Holder& issuer, const CrlFields& fields) {
  const Bytes ecdsa_with_sha256 = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
  const Bytes date = der(kDerUtcTime, as_bytes("291201000000Z"));
  Bytes entries;
  for (const Bytes& serial : fields.serials) {
    const Bytes entry = der(kDerSequence, {der(kDerInteger, serial), date, fields.entry_extensions});
    entries.insert(entries.end(), entry.begin(), entry.end());
  }
  Bytes extensions;
  for (const Bytes& one : fields.extensions) extensions.insert(extensions.end(), one.begin(), one.end());
  const Bytes list =
      der(kDerSequence,
          {Bytes{0x02, 0x01, 0x01}, ecdsa_with_sha256, issuer.name, der(kDerUtcTime, as_bytes(fields.from)),
           fields.to.empty() ? Bytes{} : der(kDerUtcTime, as_bytes(fields.to)),
           entries.empty() ? Bytes{} : der(kDerSequence, entries),
           extensions.empty() ? Bytes{} : der(0xa0, der(kDerSequence, extensions))});
  const auto signature = issuer.key.sign({SignatureScheme::Ecdsa, Hash::Sha256, sha256(list)});
  return der(kDerSequence, {list, ecdsa_with_sha256, der_bit_string(*signature)});
}

}  // namespace tlscore::x509
