// One pass over the packets; each signature belongs to the last key or user ID before it.
#include "openpgp-auth/certificate.h"

#include "tlscore/x509/der.h"
#include "tlscore/x509/directory_string.h"

namespace openpgp_auth {

using tlscore::fail;

namespace {

bool is_certification(std::uint8_t type) {
  return type >= kGenericCertification && type <= kPositiveCertification;
}

bool is_utf8(ByteView octets) {
  return octets.empty() || tlscore::x509::decode_string(tlscore::x509::kDerUtf8String, octets).has_value();
}

/// Types that RFC 9580, section 4.3, tells readers to ignore, and those of a certificate that nothing needs.
bool is_passed_over(std::uint8_t tag) {
  return tag == kTrustTag || tag == kMarkerTag || tag == kPaddingTag || tag >= 40;
}

Result<KeyPacket> read_primary(const Packet& packet) {
  KeyPacket key = TRY(parse_public_key(packet));
  if (encrypts_only(key.algorithm))
    return fail(ErrorKind::Malformed, "an OpenPGP primary key that can only encrypt");
  if (!is_known_algorithm(key.algorithm))
    return fail(ErrorKind::Unsupported, "the primary key is " + key.why);
  return key;
}

}  // namespace

/// Builds a certificate packet by packet.
class CertificateReader {
 public:
  explicit CertificateReader(KeyPacket primary) : m_certificate(std::move(primary)) {}

  Result<void> take(const Packet& packet) {
    switch (packet.tag) {
      case kSignatureTag: return take_signature(packet);
      case kUserIdTag: return take_user_id(packet);
      case kPublicSubkeyTag: return take_subkey(packet);
      case kUserAttributeTag: return take_user_attribute();
      case kPublicKeyTag: return fail(ErrorKind::Malformed, "two primary keys in one OpenPGP certificate");
      case kSecretKeyTag:
      case kSecretSubkeyTag: return fail(ErrorKind::Refused, "a secret OpenPGP key");
      default: break;
    }
    if (is_passed_over(packet.tag)) return {};
    return fail(ErrorKind::Malformed, "a packet of type " + std::to_string(packet.tag) +
                                          ", which does not belong into an OpenPGP certificate");
  }

  Certificate finish(ByteView octets) {
    m_certificate.m_octets.assign(octets.begin(), octets.end());
    return std::move(m_certificate);
  }

 private:
  /// What the signatures that come next are about.
  enum class About : std::uint8_t { Primary, UserId, Subkey, Nothing };

  Result<void> take_signature(const Packet& packet) {
    if (++m_signatures > Certificate::kMaxSignatures)
      return fail(ErrorKind::TooLarge, "an OpenPGP certificate of more than 1024 signatures");
    SignaturePacket signature = parse_signature(packet.body);
    signature.packet.assign(packet.whole.begin(), packet.whole.end());
    std::vector<SignaturePacket>* place = place_of(signature);
    if (place != nullptr) place->push_back(std::move(signature));
    return {};
  }

  /// Where it is kept; null if it is by others or of a type that does not belong there.
  std::vector<SignaturePacket>* place_of(const SignaturePacket& signature) {
    const std::uint8_t type = signature.type;
    const bool is_own = signature.names_as_issuer(m_certificate.m_primary);
    switch (m_about) {
      case About::Primary:
        if (type == kKeyRevocation) return &m_certificate.m_revocations;
        return is_own && type == kDirectKey ? &m_certificate.m_direct_signatures : nullptr;
      case About::UserId:
        if (is_own && is_certification(type)) return &m_certificate.m_user_ids.back().self_signatures;
        return is_own && type == kCertificationRevocation ? &m_certificate.m_user_ids.back().revocations
                                                          : nullptr;
      case About::Subkey:
        if (type == kSubkeyRevocation) return &m_certificate.m_subkeys.back().revocations;
        return is_own && type == kSubkeyBinding ? &m_certificate.m_subkeys.back().bindings : nullptr;
      case About::Nothing: return nullptr;
    }
    return nullptr;
  }

  Result<void> take_user_id(const Packet& packet) {
    if (m_is_past_user_ids) return fail(ErrorKind::Malformed, "a user ID after a subkey");
    if (++m_names > Certificate::kMaxUserIds)
      return fail(ErrorKind::TooLarge, "an OpenPGP certificate of more than 64 user IDs");
    if (packet.body.size() > Certificate::kMaxUserIdBytes)
      return fail(ErrorKind::TooLarge, "a user ID of more than 2 KiB");
    m_about = About::Nothing;
    if (!is_utf8(packet.body)) {
      m_certificate.m_left_out.emplace_back("a user ID that is not UTF-8");
      return {};
    }
    m_about = About::UserId;
    m_certificate.m_user_ids.push_back({.text = std::string(tlscore::as_text(packet.body)),
                                        .packet = {packet.whole.begin(), packet.whole.end()},
                                        .self_signatures = {},
                                        .revocations = {}});
    return {};
  }

  Result<void> take_user_attribute() {
    if (m_is_past_user_ids) return fail(ErrorKind::Malformed, "a user attribute after a subkey");
    if (++m_names > Certificate::kMaxUserIds)
      return fail(ErrorKind::TooLarge, "an OpenPGP certificate of more than 64 user IDs");
    m_about = About::Nothing;
    return {};
  }

  Result<void> take_subkey(const Packet& packet) {
    m_is_past_user_ids = true;
    if (++m_subkeys > Certificate::kMaxSubkeys)
      return fail(ErrorKind::TooLarge, "an OpenPGP certificate of more than 64 subkeys");
    auto key = parse_public_key(packet);
    if (!key && key.error().kind == ErrorKind::Unsupported) {
      m_about = About::Nothing;
      m_certificate.m_left_out.push_back("as a subkey " + key.error().message);
      return {};
    }
    if (!key) return fail(std::move(key.error()));
    const auto is_same = [&](const Subkey& other) { return other.key.fingerprint == key->fingerprint; };
    if (key->fingerprint == m_certificate.m_primary.fingerprint ||
        std::ranges::any_of(m_certificate.m_subkeys, is_same)) {
      return fail(ErrorKind::Malformed, "the same key twice in one OpenPGP certificate");
    }
    m_about = About::Subkey;
    m_certificate.m_subkeys.push_back({.key = std::move(*key), .bindings = {}, .revocations = {}});
    return {};
  }

  Certificate m_certificate;
  About m_about = About::Primary;
  bool m_is_past_user_ids = false;
  std::size_t m_signatures = 0;
  std::size_t m_names = 0;
  std::size_t m_subkeys = 0;
};

Result<Certificate> Certificate::parse(ByteView octets) {
  if (octets.size() > kMaxBytes)
    return fail(ErrorKind::TooLarge, "an OpenPGP certificate of more than 256 KiB");
  ByteReader input(octets);
  const Packet first = TRY(next_packet(input));
  if (first.tag == kSecretKeyTag) return fail(ErrorKind::Refused, "a secret OpenPGP key");
  if (first.tag != kPublicKeyTag)
    return fail(ErrorKind::Malformed, "an OpenPGP certificate that does not begin with its primary key");
  KeyPacket primary = TRY(read_primary(first));
  CertificateReader reader(std::move(primary));
  for (std::size_t packets = 2; input.left() != 0; ++packets) {
    if (packets > kMaxPackets)
      return fail(ErrorKind::TooLarge, "an OpenPGP certificate of more than 2048 packets");
    const Packet packet = TRY(next_packet(input));
    TRY(reader.take(packet));
  }
  return reader.finish(octets);
}

const SignaturePacket* newest(const std::vector<SignaturePacket>& signatures) {
  const SignaturePacket* found = nullptr;
  for (const SignaturePacket& signature : signatures) {
    if (signature.is_usable() && (found == nullptr || signature.created >= found->created))
      found = &signature;
  }
  return found;
}

std::optional<std::uint8_t> primary_key_flags(const Certificate& certificate) {
  std::vector<SignaturePacket> claims = certificate.direct_signatures();
  for (const UserId& user_id : certificate.user_ids())
    claims.insert(claims.end(), user_id.self_signatures.begin(), user_id.self_signatures.end());
  std::erase_if(claims, [](const SignaturePacket& claim) { return !claim.key_flags; });
  const SignaturePacket* claim = newest(claims);
  return claim == nullptr ? std::nullopt : claim->key_flags;
}

}  // namespace openpgp_auth
