// Private keys, and the three places where their public halves may lie.
#include "tlscore/token/token_keys.h"

#include <algorithm>
#include <array>

#include "tlscore/token/pkcs11_uri.h"
#include "tlscore/x509/certificate.h"
#include "tlscore/x509/der.h"
#include "tlscore/x509/ed25519.h"

namespace tlscore::token {
namespace {

using x509::PublicKey;

constexpr std::size_t kMaxIdBytes = 255;
constexpr std::size_t kMaxCertificateBytes = 32UL * 1024;  // so that it fits in an answer to the proxy

constexpr std::array<std::uint8_t, 10> kPrime256v1 = {0x06, 0x08, 0x2a, 0x86, 0x48,
                                                      0xce, 0x3d, 0x03, 0x01, 0x07};
// id-Ed25519 (RFC 8410), and a PrintableString.
constexpr std::array<std::uint8_t, 5> kEd25519Oid = {0x06, 0x03, 0x2b, 0x65, 0x70};
constexpr std::array<std::uint8_t, 14> kEd25519Name = {0x13, 0x0c, 'e', 'd', 'w', 'a', 'r',
                                                       'd',  's',  '2', '5', '5', '1', '9'};
constexpr std::array<std::uint8_t, 7> kSecp384r1 = {0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22};

template <class T>
CK_ATTRIBUTE attribute_of(CK_ATTRIBUTE_TYPE type, T& value) {
  return {type, &value, sizeof value};
}

/// Objects of a class, with an id if one is given.
Result<std::vector<CK_OBJECT_HANDLE>> objects(const Pkcs11Session& session, CK_OBJECT_CLASS type,
                                              const Bytes* id) {
  std::vector<CK_ATTRIBUTE> wanted = {attribute_of(CKA_CLASS, type)};
  if (id != nullptr) wanted.push_back({CKA_ID, const_cast<std::uint8_t*>(id->data()), id->size()});
  return session.find(wanted);
}

/// The point in a CKA_EC_POINT, or the value itself.
ByteView edwards_point(ByteView value) {
  x509::DerReader reader(value);
  const auto element = value.size() == x509::kEd25519PointBytes ? std::nullopt : reader.next();
  if (!element || !reader.done()) return value;
  // A BIT STRING counts its unused bits first.
  const bool is_bits = element->tag == x509::kDerBitString && !element->contents.empty();
  return is_bits ? element->contents.subspan(1) : element->contents;
}

/// Nothing when the object lacks what a public key is made of, or is of a kind that we do not use.
Result<std::optional<PublicKey>> read_rsa(const Pkcs11Session& session, CK_OBJECT_HANDLE object) {
  const auto modulus = TRY(session.attribute(object, CKA_MODULUS));
  const auto exponent = TRY(session.attribute(object, CKA_PUBLIC_EXPONENT));
  if (!modulus || !exponent) return std::nullopt;
  auto key = PublicKey::from_rsa(*modulus, *exponent);
  if (!key) return std::nullopt;
  return std::move(*key);
}

Result<std::optional<PublicKey>> read_ec(const Pkcs11Session& session, CK_OBJECT_HANDLE object) {
  const auto params = TRY(session.attribute(object, CKA_EC_PARAMS));
  const auto value = TRY(session.attribute(object, CKA_EC_POINT));
  if (!params || !value || curve_of(*params) == PublicKey::Type::Other) return std::nullopt;
  auto key = PublicKey::from_ec_point(curve_of(*params), *value);
  if (!key) return std::nullopt;
  return std::move(*key);
}

/// CKA_EC_POINT is an OCTET STRING around the point; older modules give it bare, or as a BIT STRING.
Result<std::optional<PublicKey>> read_edwards(const Pkcs11Session& session, CK_OBJECT_HANDLE object) {
  const auto params = TRY(session.attribute(object, CKA_EC_PARAMS));
  const auto value = TRY(session.attribute(object, CKA_EC_POINT));
  if (!params || !value || curve_of(*params) != PublicKey::Type::Ed25519) return std::nullopt;
  auto key = PublicKey::from_ed25519(edwards_point(*value));
  if (!key) return std::nullopt;
  return std::move(*key);
}

Result<std::optional<PublicKey>> read_public_key(const Pkcs11Session& session, CK_OBJECT_HANDLE object) {
  const auto type = TRY(session.number(object, CKA_KEY_TYPE));
  if (type == CKK_RSA) return read_rsa(session, object);
  if (type == CKK_EC) return read_ec(session, object);
  if (type == CKK_EC_EDWARDS) return read_edwards(session, object);
  return std::nullopt;
}

Result<std::vector<x509::Certificate>> certificates(const Pkcs11Session& session, const Bytes& id) {
  std::vector<x509::Certificate> found;
  const std::vector<CK_OBJECT_HANDLE> handles = TRY(objects(session, CKO_CERTIFICATE, &id));
  for (const CK_OBJECT_HANDLE handle : handles) {
    const auto der = TRY(session.attribute(handle, CKA_VALUE));
    if (!der || der->size() > kMaxCertificateBytes) continue;
    // A certificate that cannot be read is the token's affair; the key may still be used without it.
    if (auto certificate = x509::Certificate::parse_der(*der)) found.push_back(std::move(*certificate));
  }
  return found;
}

/// The public half of `object`: its own attributes, its public key object, its certificate.
Result<std::optional<PublicKey>> public_half(const Pkcs11Session& session, CK_OBJECT_HANDLE object,
                                             const Bytes& id, std::span<const x509::Certificate> certified) {
  if (auto own = TRY(read_public_key(session, object))) return own;
  if (id.empty()) return std::nullopt;
  const std::vector<CK_OBJECT_HANDLE> handles = TRY(objects(session, CKO_PUBLIC_KEY, &id));
  for (const CK_OBJECT_HANDLE handle : handles) {
    if (auto key = TRY(read_public_key(session, handle))) return key;
  }
  if (certified.empty() || certified.front().public_key().type() == PublicKey::Type::Other)
    return std::nullopt;
  return certified.front().public_key();
}

Mechanisms mechanisms_for(const PublicKey& key, std::span<const CK_MECHANISM_TYPE> offered) {
  const auto has = [&](CK_MECHANISM_TYPE type) { return std::ranges::find(offered, type) != offered.end(); };
  const bool rsa = key.type() == PublicKey::Type::Rsa;
  const bool is_ec = key.type() == PublicKey::Type::EcP256 || key.type() == PublicKey::Type::EcP384;
  return {.rsa_pkcs1 = rsa && has(CKM_RSA_PKCS),
          .rsa_pss = rsa && has(CKM_RSA_PKCS_PSS),
          .ecdsa = is_ec && has(CKM_ECDSA),
          .ed25519 = key.type() == PublicKey::Type::Ed25519 && has(CKM_EDDSA)};
}

Result<std::optional<KeyInfo>> describe_key(const Pkcs11Session& session, CK_OBJECT_HANDLE object,
                                            const TokenInfo& token,
                                            std::span<const CK_MECHANISM_TYPE> offered) {
  const Bytes id = TRY(session.attribute(object, CKA_ID)).value_or(Bytes());
  if (id.size() > kMaxIdBytes) return std::nullopt;
  std::vector<x509::Certificate> certified;
  if (!id.empty()) certified = TRY(certificates(session, id));
  const auto key = TRY(public_half(session, object, id, certified));
  if (!key) return std::nullopt;
  const Bytes label = TRY(session.attribute(object, CKA_LABEL)).value_or(Bytes());
  KeyInfo info{.id = id,
               .label = std::string(as_text(label).substr(0, kMaxIdBytes)),
               .public_key = *key,
               .fingerprint = to_hex(key->spki_sha256()),
               .uri = {},
               .mechanisms = mechanisms_for(*key, offered),
               .certificate = std::nullopt};
  info.uri = make_key_uri({token.label, token.manufacturer, token.model, token.serial}, id, info.label);
  for (const x509::Certificate& certificate : certified) {
    if (!std::ranges::equal(certificate.public_key().spki(), key->spki())) continue;
    info.certificate = Bytes(certificate.der().begin(), certificate.der().end());
    break;
  }
  return info;
}

bool is_known(std::span<const TokenKey> keys, const KeyInfo& info) {
  return std::ranges::any_of(keys,
                             [&](const TokenKey& key) { return key.info.fingerprint == info.fingerprint; });
}

}  // namespace

Result<std::vector<TokenKey>> find_keys(const Pkcs11Session& session, const TokenInfo& token,
                                        std::span<const CK_MECHANISM_TYPE> mechanisms) {
  std::vector<TokenKey> keys;
  const std::vector<CK_OBJECT_HANDLE> private_keys = TRY(objects(session, CKO_PRIVATE_KEY, nullptr));
  for (const CK_OBJECT_HANDLE object : private_keys) {
    if (!TRY(session.flag(object, CKA_SIGN))) continue;
    auto info = TRY(describe_key(session, object, token, mechanisms));
    if (!info || is_known(keys, *info)) continue;
    info->unlocked = true;
    info->always_authenticate = TRY(session.flag(object, CKA_ALWAYS_AUTHENTICATE));
    keys.push_back({std::move(*info), object});
  }
  if (session.logged_in()) return keys;
  const std::vector<CK_OBJECT_HANDLE> public_keys = TRY(objects(session, CKO_PUBLIC_KEY, nullptr));
  for (const CK_OBJECT_HANDLE object : public_keys) {
    if (!TRY(session.flag(object, CKA_VERIFY))) continue;
    auto info = TRY(describe_key(session, object, token, mechanisms));
    if (info && !is_known(keys, *info)) keys.push_back({std::move(*info), CK_INVALID_HANDLE});
  }
  return keys;
}

Result<std::string> why_no_key(const Pkcs11Session& session) {
  constexpr std::string_view kUsable = "Latchkey can use RSA, P-256, P-384 and Ed25519";
  const std::vector<CK_OBJECT_HANDLE> private_keys = TRY(objects(session, CKO_PRIVATE_KEY, nullptr));
  bool has_other = false;
  for (const CK_OBJECT_HANDLE object : private_keys) {
    if (!TRY(session.flag(object, CKA_SIGN))) continue;
    has_other = true;
  }
  if (has_other)
    return "the token's key is of a kind or curve that TLS cannot sign with here: " + std::string(kUsable);
  return "the token holds no key for authentication: " + std::string(kUsable);
}

x509::PublicKey::Type curve_of(ByteView ec_params) {
  if (std::ranges::equal(ec_params, kPrime256v1)) return PublicKey::Type::EcP256;
  if (std::ranges::equal(ec_params, kSecp384r1)) return PublicKey::Type::EcP384;
  if (std::ranges::equal(ec_params, kEd25519Oid) || std::ranges::equal(ec_params, kEd25519Name))
    return PublicKey::Type::Ed25519;
  return PublicKey::Type::Other;
}

}  // namespace tlscore::token
