// Makes certificates at test time: any field may be wrong. Keys are P-256, validity 2025 to 2035.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tlscore/x509/certificate.h"
#include "tlscore/x509/der.h"
#include "tlscore/x509/mbedtls_hash.h"
#include "tlscore/x509/private_key.h"

namespace tlscore::x509 {

// Contents of object identifiers.
inline constexpr std::uint8_t kCommonNameOid[] = {0x55, 0x04, 0x03};
inline constexpr std::uint8_t kOrganizationOid[] = {0x55, 0x04, 0x0a};
inline constexpr std::uint8_t kEmailOid[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x01};
inline constexpr std::uint8_t kKeyUsageOid[] = {0x55, 0x1d, 0x0f};
inline constexpr std::uint8_t kAlternativeNameOid[] = {0x55, 0x1d, 0x11};
inline constexpr std::uint8_t kBasicConstraintsOid[] = {0x55, 0x1d, 0x13};
inline constexpr std::uint8_t kConstraintsOid[] = {0x55, 0x1d, 0x1e};
inline constexpr std::uint8_t kExtendedKeyUsageOid[] = {0x55, 0x1d, 0x25};
inline constexpr std::uint8_t kServerAuthOid[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01};
inline constexpr std::uint8_t kClientAuthOid[] = {0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02};
inline constexpr std::uint8_t kAnyUsageOid[] = {0x55, 0x1d, 0x25, 0x00};

/// One attribute as a relative name of its own.
inline Bytes rdn(ByteView oid, std::string_view value, std::uint8_t tag = kDerUtf8String) {
  return der(kDerSet, der(kDerSequence, {der(kDerOid, oid), der(tag, as_bytes(value))}));
}

/// A Name of one common name.
inline Bytes common_name(std::string_view value) {
  return der(kDerSequence, rdn(kCommonNameOid, value));
}

inline Bytes extension(ByteView oid, ByteView value, bool is_critical = false) {
  const Bytes critical = is_critical ? Bytes{0x01, 0x01, 0xff} : Bytes{};
  return der(kDerSequence, {der(kDerOid, oid), critical, der(kDerOctetString, value)});
}

inline Bytes dns(std::string_view name) {
  return der(0x82, as_bytes(name));
}

inline Bytes alternative_names(const std::vector<Bytes>& names) {
  Bytes contents;
  for (const Bytes& name : names) contents.insert(contents.end(), name.begin(), name.end());
  return extension(kAlternativeNameOid, der(kDerSequence, contents));
}

inline Bytes extended_key_usage(ByteView oid) {
  return extension(kExtendedKeyUsageOid, der(kDerSequence, der(kDerOid, oid)));
}

/// The first octet of the bits, e.g. kKeyCertSign.
inline Bytes key_usage(std::uint8_t bits) {
  return extension(kKeyUsageOid, der(kDerBitString, std::vector<std::uint8_t>{0x00, bits}), true);
}

inline Bytes basic_constraints(bool is_ca, std::optional<std::uint8_t> path_length = std::nullopt) {
  const Bytes ca = is_ca ? Bytes{0x01, 0x01, 0xff} : Bytes{};
  const Bytes length = path_length ? Bytes{0x02, 0x01, *path_length} : Bytes{};
  return extension(kBasicConstraintsOid, der(kDerSequence, {ca, length}), true);
}

/// Subtrees are GeneralNames, e.g. dns("example").
inline Bytes name_constraints_value(const std::vector<Bytes>& permitted, const std::vector<Bytes>& excluded) {
  const auto list = [](std::uint8_t tag, const std::vector<Bytes>& bases) {
    Bytes contents;
    for (const Bytes& base : bases) {
      const Bytes subtree = der(kDerSequence, base);
      contents.insert(contents.end(), subtree.begin(), subtree.end());
    }
    return bases.empty() ? Bytes{} : der(tag, contents);
  };
  return der(kDerSequence, {list(0xa0, permitted), list(0xa1, excluded)});
}

inline Bytes name_constraints(const std::vector<Bytes>& permitted, const std::vector<Bytes>& excluded) {
  return extension(kConstraintsOid, name_constraints_value(permitted, excluded), true);
}

/// A name and a key that certificates are made for, and signed with.
struct Holder {
  Bytes name;
  PrivateKey key;

  explicit Holder(std::string_view its_name)
      : name(common_name(its_name)), key(std::move(*PrivateKey::generate_p256())) {}
};

struct Validity {
  std::string_view from = "250101000000Z";
  std::string_view to = "350101000000Z";
};

/// The certificate of `subject`, signed by `issuer`, in DER. Nothing is checked.
inline Bytes certificate_der(const Holder& subject, Holder& issuer, ByteView version, ByteView extensions,
                             Validity validity) {
  const Bytes ecdsa_with_sha256 = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
  const Bytes dates =
      der(kDerSequence, {der(kDerUtcTime, as_bytes(validity.from)), der(kDerUtcTime, as_bytes(validity.to))});
  const Bytes tbs = der(kDerSequence, {version, Bytes{0x02, 0x01, 0x01}, ecdsa_with_sha256, issuer.name,
                                       dates, subject.name, subject.key.public_key().spki(), extensions});
  const auto signature = issuer.key.sign({SignatureScheme::Ecdsa, Hash::Sha256, sha256(tbs)});
  return der(kDerSequence, {tbs, ecdsa_with_sha256, der_bit_string(*signature)});
}

inline Bytes certificate_der(const Holder& subject, Holder& issuer, const std::vector<Bytes>& extensions,
                             Validity validity = {}) {
  const Bytes version_3 = {0xa0, 0x03, 0x02, 0x01, 0x02};
  Bytes list;
  for (const Bytes& one : extensions) list.insert(list.end(), one.begin(), one.end());
  return certificate_der(subject, issuer, version_3, der(0xa3, der(kDerSequence, list)), validity);
}

inline Certificate certificate(const Holder& subject, Holder& issuer, const std::vector<Bytes>& extensions,
                               Validity validity = {}) {
  auto parsed = Certificate::parse_der(certificate_der(subject, issuer, extensions, validity));
  EXPECT_TRUE(parsed) << parsed.error().message;
  return *parsed;
}

/// The same of version 1, which has no extensions.
inline Certificate certificate_v1(const Holder& subject, Holder& issuer) {
  auto parsed = Certificate::parse_der(certificate_der(subject, issuer, ByteView(), ByteView(), Validity{}));
  EXPECT_TRUE(parsed) << parsed.error().message;
  return *parsed;
}

}  // namespace tlscore::x509
