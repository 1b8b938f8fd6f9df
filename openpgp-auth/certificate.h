// An OpenPGP certificate (transferable public key, RFC 4880, section 11.1), taken apart.
//
// Reading proves nothing: no signature is checked here, and nothing is said about expiry, revocation or
// trust. GnuPG does that. What stands here are claims, sorted by what they are about.
#pragma once

#include <string>
#include <vector>

#include "openpgp-auth/signature_packet.h"

namespace openpgp_auth {

/// A user ID and what its primary key says of it.
struct UserId {
  std::string text;                              ///< UTF-8 as sent: with controls, if somebody put some in.
  Bytes packet;                                  ///< As it was sent, header included.
  std::vector<SignaturePacket> self_signatures;  ///< 0x10 to 0x13 that name the primary key as issuer.
  std::vector<SignaturePacket> revocations;      ///< 0x30 that name the primary key as issuer.
};

/// A subkey and what its primary key says of it.
struct Subkey {
  KeyPacket key;
  std::vector<SignaturePacket> bindings;     ///< 0x18 that name the primary key as issuer.
  std::vector<SignaturePacket> revocations;  ///< 0x28, by whomever.
};

/// Immutable. Owns everything.
class Certificate {
 public:
  static constexpr std::size_t kMaxBytes = std::size_t{256} * 1024;
  static constexpr std::size_t kMaxUserIds = 64;
  static constexpr std::size_t kMaxSubkeys = 64;
  static constexpr std::size_t kMaxSignatures = 1024;
  static constexpr std::size_t kMaxPackets = 2048;
  static constexpr std::size_t kMaxUserIdBytes = 2048;

  /// Reads binary packets, all of `octets`, as one certificate. Left out, with a sentence in left_out():
  /// subkeys of another version than 4, and user IDs that are not UTF-8. Passed over: user attributes,
  /// signatures by others, trust, marker and padding packets, and the types that RFC 9580, section 4.3,
  /// allows to ignore. Fails with
  ///   - TooLarge beyond the bounds above;
  ///   - Refused for a secret key;
  ///   - Unsupported for a primary key of another version than 4 or of an unknown algorithm;
  ///   - Malformed for anything else: no primary key first, or two; one that can only encrypt; a key, packet
  ///     or order that the RFC does not allow; the same key twice.
  static Result<Certificate> parse(ByteView octets);

  [[nodiscard]] const KeyPacket& primary() const { return m_primary; }
  /// 0x1f on the primary key that name it as issuer.
  [[nodiscard]] const std::vector<SignaturePacket>& direct_signatures() const { return m_direct_signatures; }
  /// 0x20 on the primary key, by whomever: a designated revoker may have made it.
  [[nodiscard]] const std::vector<SignaturePacket>& revocations() const { return m_revocations; }
  /// In the order sent. May be empty.
  [[nodiscard]] const std::vector<UserId>& user_ids() const { return m_user_ids; }
  [[nodiscard]] const std::vector<Subkey>& subkeys() const { return m_subkeys; }
  /// One sentence for each part that cannot count, for the log.
  [[nodiscard]] const std::vector<std::string>& left_out() const { return m_left_out; }
  /// All that was read, as it was.
  [[nodiscard]] ByteView octets() const { return m_octets; }

 private:
  friend class CertificateReader;
  explicit Certificate(KeyPacket primary) : m_primary(std::move(primary)) {}

  KeyPacket m_primary;
  std::vector<SignaturePacket> m_direct_signatures;
  std::vector<SignaturePacket> m_revocations;
  std::vector<UserId> m_user_ids;
  std::vector<Subkey> m_subkeys;
  std::vector<std::string> m_left_out;
  Bytes m_octets;
};

/// The usable one that was made last; of two of the same second, the one that stands last. Null if there is
/// none. Points into `signatures`.
[[nodiscard]] const SignaturePacket* newest(const std::vector<SignaturePacket>& signatures);

/// What the newest self-signature that says it (of a user ID, or on the key itself) lets the primary key do;
/// a combination of KeyFlag. Nothing: no flags, so all that its algorithm can do.
[[nodiscard]] std::optional<std::uint8_t> primary_key_flags(const Certificate& certificate);

}  // namespace openpgp_auth
