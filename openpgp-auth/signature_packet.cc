// Subpackets, read once: what would be open to two readings makes the signature unusable.
#include "openpgp-auth/signature_packet.h"

#include <algorithm>
#include <bitset>
#include <iterator>

namespace openpgp_auth {
namespace {

constexpr std::size_t kMaxSignatureBytes = std::size_t{32} * 1024;

// RFC 4880, section 5.2.3.1; 33 is RFC 9580's.
constexpr std::uint8_t kCreationTime = 2;
constexpr std::uint8_t kExpirationTime = 3;
constexpr std::uint8_t kKeyExpirationTime = 9;
constexpr std::uint8_t kIssuer = 16;
constexpr std::uint8_t kNotation = 20;
constexpr std::uint8_t kPrimaryUserId = 25;
constexpr std::uint8_t kKeyFlags = 27;
constexpr std::uint8_t kEmbeddedSignature = 32;
constexpr std::uint8_t kIssuerFingerprint = 33;

struct Subpacket {
  std::uint8_t type;
  bool is_critical;
  ByteView body;
};

/// Types that RFC 4880 and RFC 9580 define, so that a critical one is understood here, or by GnuPG. A
/// notation is understood by its name, and no name is.
bool is_understood(std::uint8_t type) {
  constexpr std::uint8_t kRegularExpression = 6;
  return type != kNotation && type != kRegularExpression &&
         ((type >= 2 && type <= 7) || type == 9 || type == 11 || type == 12 || type == kIssuer ||
          (type >= 21 && type <= 35));
}

std::optional<Subpacket> next_subpacket(ByteReader& reader) {
  const auto first = reader.u8();
  if (!first) return std::nullopt;
  std::optional<std::uint32_t> length = *first;
  if (*first == 255) {
    length = reader.u32();
  } else if (*first >= 192) {
    const auto second = reader.u8();
    length = second ? std::optional(((*first - 192U) << 8U) + *second + 192U) : std::nullopt;
  }
  const auto octets = length && *length != 0 ? reader.bytes(*length) : std::nullopt;
  if (!octets) return std::nullopt;
  return Subpacket{.type = static_cast<std::uint8_t>(octets->front() & 0x7fU),
                   .is_critical = (octets->front() & 0x80U) != 0,
                   .body = octets->subspan(1)};
}

/// A time in seconds, which is all of a subpacket.
bool take_seconds(ByteView body, std::optional<std::chrono::seconds>& into) {
  const auto seconds = ByteReader(body).u32();
  if (!seconds || body.size() != 4) return false;
  // 0 means never, as if it were not there (sections 5.2.3.6 and 5.2.3.10).
  if (*seconds != 0) into = std::chrono::seconds(*seconds);
  return true;
}

/// Who made it, and what is embedded: read from either area. False for a subpacket of the wrong length.
bool take_hint(const Subpacket& subpacket, SignaturePacket& signature) {
  switch (subpacket.type) {
    case kIssuer:
      if (subpacket.body.size() != 8) return false;
      if (!signature.issuer) std::ranges::copy(subpacket.body, signature.issuer.emplace().octets.begin());
      return true;
    case kIssuerFingerprint:
      // The key's version, then the fingerprint; of other versions nobody's here.
      if (subpacket.body.empty()) return false;
      if (subpacket.body.front() != 4) return true;
      if (subpacket.body.size() != 21) return false;
      if (!signature.issuer_fingerprint) {
        std::ranges::copy(subpacket.body.subspan(1), signature.issuer_fingerprint.emplace().octets.begin());
      }
      return true;
    case kEmbeddedSignature:
      if (subpacket.body.empty()) return false;
      if (signature.embedded.empty()) signature.embedded.assign(subpacket.body.begin(), subpacket.body.end());
      return true;
    default: return true;
  }
}

/// What only the hashed area may say. False for a subpacket of the wrong length.
bool take_claim(const Subpacket& subpacket, SignaturePacket& signature) {
  switch (subpacket.type) {
    case kCreationTime: {
      std::optional<std::chrono::seconds> since_epoch = std::chrono::seconds(0);
      if (!take_seconds(subpacket.body, since_epoch)) return false;
      signature.created = std::chrono::sys_seconds(*since_epoch);
      return true;
    }
    case kExpirationTime: return take_seconds(subpacket.body, signature.expires_after);
    case kKeyExpirationTime: return take_seconds(subpacket.body, signature.key_expires_after);
    case kPrimaryUserId:
      if (subpacket.body.size() != 1) return false;
      signature.is_primary_user_id = subpacket.body.front() != 0;
      return true;
    case kKeyFlags:
      // The octets are as many as are needed, so none at all is no flag at all.
      signature.key_flags = subpacket.body.empty() ? std::uint8_t{0} : subpacket.body.front();
      return true;
    default: return take_hint(subpacket, signature);
  }
}

/// The sentence that makes it unusable, or nothing.
std::string read_hashed_area(ByteView area, SignaturePacket& signature) {
  // What is read from here may be said once: otherwise one reader takes the first and another one the last.
  constexpr std::uint8_t kOnce[] = {kCreationTime,  kExpirationTime, kKeyExpirationTime, kIssuer,
                                    kPrimaryUserId, kKeyFlags,       kIssuerFingerprint};
  std::bitset<128> seen;
  ByteReader reader(area);
  while (reader.left() != 0) {
    const auto subpacket = next_subpacket(reader);
    if (!subpacket || !take_claim(*subpacket, signature)) return "malformed hashed subpackets";
    if (subpacket->is_critical && !is_understood(subpacket->type))
      return "a critical subpacket of the unknown type " + std::to_string(subpacket->type);
    if (seen.test(subpacket->type) && std::ranges::find(kOnce, subpacket->type) != std::end(kOnce))
      return "two subpackets of type " + std::to_string(subpacket->type);
    seen.set(subpacket->type);
  }
  return seen.test(kCreationTime) ? "" : "no creation time";
}

std::string read_unhashed_area(ByteView area, SignaturePacket& signature) {
  ByteReader reader(area);
  while (reader.left() != 0) {
    const auto subpacket = next_subpacket(reader);
    if (!subpacket || !take_hint(*subpacket, signature)) return "malformed unhashed subpackets";
  }
  return "";
}

std::string read_version_4(ByteReader& reader, SignaturePacket& signature) {
  const auto type = reader.u8();
  const auto key_algorithm = reader.u8();
  const auto hash_algorithm = reader.u8();
  const auto hashed_length = reader.u16();
  const auto hashed = hashed_length ? reader.bytes(*hashed_length) : std::nullopt;
  if (!hashed) return "it ends too early";
  signature.type = *type;
  signature.key_algorithm = *key_algorithm;
  signature.hash_algorithm = *hash_algorithm;
  signature.hashed_bytes = signature.body.size() - reader.left();
  std::string why = read_hashed_area(*hashed, signature);
  if (!why.empty()) return why;
  const auto unhashed_length = reader.u16();
  const auto unhashed = unhashed_length ? reader.bytes(*unhashed_length) : std::nullopt;
  if (!unhashed) return "it ends too early";
  why = read_unhashed_area(*unhashed, signature);
  if (!why.empty()) return why;
  return reader.u16() ? "" : "it ends too early";
}

}  // namespace

bool SignaturePacket::names_as_issuer(const KeyPacket& key) const {
  if (issuer_fingerprint) return *issuer_fingerprint == key.fingerprint;
  return issuer && *issuer == key.key_id;
}

SignaturePacket parse_signature(ByteView body) {
  SignaturePacket signature;
  signature.body.assign(body.begin(), body.end());
  ByteReader reader(body);
  const auto version = reader.u8();
  if (!version) {
    signature.why_unusable = "an empty signature";
    return signature;
  }
  signature.version = *version;
  if (body.size() > kMaxSignatureBytes) {
    signature.why_unusable = "a signature of more than 32 KiB";
  } else if (*version == 4) {
    signature.why_unusable = read_version_4(reader, signature);
  } else {
    signature.why_unusable = "a signature of version " + std::to_string(*version);
  }
  return signature;
}

}  // namespace openpgp_auth
