// Packets written in the new format, each signature over what RFC 4880, section 5.2.4, says.
#include "openpgp-auth/new_certificate.h"

#include "tlscore/base/byte_reader.h"
#include "tlscore/x509/der.h"
#include "tlscore/x509/digest.h"

namespace openpgp_auth {

using tlscore::ByteWriter;
using tlscore::fail;

namespace x509 = tlscore::x509;

namespace {

/// Subpacket types (section 5.2.3.1).
enum class Subpacket : std::uint8_t {
  Created = 2,
  KeyExpires = 9,
  Issuer = 16,
  KeyFlags = 27,
  Embedded = 32,
  IssuerFingerprint = 33,
};

void append_packet(ByteWriter& writer, PacketTag tag, ByteView body) {
  writer.u8(0xc0U | tag);
  writer.u8(0xff);
  writer.u32(static_cast<std::uint32_t>(body.size()));
  writer.bytes(body);
}

void append_subpacket(ByteWriter& writer, Subpacket type, ByteView body) {
  writer.u8(0xff);
  writer.u32(static_cast<std::uint32_t>(body.size() + 1));
  writer.u8(static_cast<std::uint8_t>(type));
  writer.bytes(body);
}

void append_mpi(ByteWriter& writer, ByteView number) {
  while (!number.empty() && number.front() == 0) number = number.subspan(1);
  std::size_t bits = number.size() * 8;
  if (!number.empty()) bits -= static_cast<std::size_t>(std::countl_zero(number.front()));
  writer.u16(static_cast<std::uint16_t>(bits));
  writer.bytes(number);
}

Bytes u32(std::chrono::seconds value) {
  ByteWriter writer;
  writer.u32(static_cast<std::uint32_t>(value.count()));
  return writer.take();
}

/// The two SEQUENCEs of a SubjectPublicKeyInfo's algorithm and key (RFC 5280, section 4.1.2.7).
struct Spki {
  ByteView curve;  ///< Contents of the OBJECT IDENTIFIER; empty for RSA.
  ByteView key;    ///< Contents of the BIT STRING, without the count of unused bits.
};

Result<Spki> take_apart(const x509::PublicKey& key) {
  x509::DerReader whole(key.spki());
  const auto info = whole.next(x509::kDerSequence);
  x509::DerReader fields(info.value_or(ByteView()));
  const auto algorithm = fields.next(x509::kDerSequence);
  const auto bits = fields.next(x509::kDerBitString);
  if (!algorithm || !bits || bits->empty()) return fail(ErrorKind::Internal, "a key that cannot be read");
  x509::DerReader names(*algorithm);
  static_cast<void>(names.next(x509::kDerOid));
  return Spki{names.next(x509::kDerOid).value_or(ByteView()), bits->subspan(1)};
}

/// A key packet's body (sections 5.5.2 and RFC 6637, section 9).
Result<Bytes> key_body(const x509::PublicKey& key, std::chrono::sys_seconds created) {
  const Spki spki = TRY(take_apart(key));
  ByteWriter writer;
  writer.u8(4);
  writer.bytes(u32(created.time_since_epoch()));
  switch (key.type()) {
    case x509::PublicKey::Type::Rsa: {
      writer.u8(kRsa);
      x509::DerReader whole(spki.key);
      x509::DerReader numbers(whole.next(x509::kDerSequence).value_or(ByteView()));
      append_mpi(writer, numbers.next(x509::kDerInteger).value_or(ByteView()));
      append_mpi(writer, numbers.next(x509::kDerInteger).value_or(ByteView()));
      break;
    }
    case x509::PublicKey::Type::EcP256:
    case x509::PublicKey::Type::EcP384:
      writer.u8(kEcdsa);
      writer.u8(static_cast<std::uint8_t>(spki.curve.size()));
      writer.bytes(spki.curve);
      append_mpi(writer, spki.key);
      break;
    default: return fail(ErrorKind::Unsupported, "no OpenPGP certificate is made for a key of this kind");
  }
  return writer.take();
}

/// A key that signs, as a packet and as a private key.
struct Signer {
  KeyPacket packet;
  x509::PrivateKey& key;

  [[nodiscard]] bool is_rsa() const { return key.public_key().type() == x509::PublicKey::Type::Rsa; }
  [[nodiscard]] x509::Hash hash() const {
    return key.public_key().type() == x509::PublicKey::Type::EcP384 ? x509::Hash::Sha384 : x509::Hash::Sha256;
  }
};

Result<Signer> make_signer(x509::PrivateKey& key, std::chrono::sys_seconds created, PacketTag tag) {
  const Bytes body = TRY(key_body(key.public_key(), created));
  ByteWriter writer;
  append_packet(writer, tag, body);
  const Bytes whole = writer.take();
  return Signer{TRY(parse_public_key({.tag = tag, .body = body, .whole = whole})), key};
}

/// What a signature says besides who made it.
struct Statement {
  SignatureType type;
  std::chrono::sys_seconds created;
  std::uint8_t flags = 0;            ///< 0: says nothing of them.
  std::chrono::seconds lifetime{0};  ///< Of the key; 0: says nothing of it.
  Bytes embedded;
};

/// A signature's body up to the end of its hashed area.
Bytes hashed_area(const Signer& by, const Statement& says) {
  ByteWriter subpackets;
  Bytes issuer = {4};
  issuer.insert(issuer.end(), by.packet.fingerprint.octets.begin(), by.packet.fingerprint.octets.end());
  append_subpacket(subpackets, Subpacket::IssuerFingerprint, issuer);
  append_subpacket(subpackets, Subpacket::Created, u32(says.created.time_since_epoch()));
  if (says.flags != 0) append_subpacket(subpackets, Subpacket::KeyFlags, {&says.flags, 1});
  if (says.lifetime.count() != 0) append_subpacket(subpackets, Subpacket::KeyExpires, u32(says.lifetime));
  ByteWriter writer;
  writer.u8(4);
  writer.u8(says.type);
  writer.u8(by.packet.algorithm);
  writer.u8(by.hash() == x509::Hash::Sha384 ? 9 : 8);
  writer.u16(static_cast<std::uint16_t>(subpackets.view().size()));
  writer.bytes(subpackets.view());
  return writer.take();
}

void append_signature_numbers(ByteWriter& writer, const Signer& by, ByteView signature) {
  if (by.is_rsa()) {
    append_mpi(writer, signature);
    return;
  }
  x509::DerReader whole(signature);
  x509::DerReader numbers(whole.next(x509::kDerSequence).value_or(ByteView()));
  append_mpi(writer, numbers.next(x509::kDerInteger).value_or(ByteView()));
  append_mpi(writer, numbers.next(x509::kDerInteger).value_or(ByteView()));
}

/// A whole signature's body, over `about` (section 5.2.4).
Result<Bytes> sign(const Signer& by, const Statement& says, ByteView about) {
  const Bytes hashed = hashed_area(by, says);
  ByteWriter message;
  message.bytes(about);
  message.bytes(hashed);
  message.u8(4);
  message.u8(0xff);
  message.u32(static_cast<std::uint32_t>(hashed.size()));
  const Bytes digest = x509::digest(by.hash(), message.view());
  const auto scheme = by.is_rsa() ? x509::SignatureScheme::RsaPkcs1 : x509::SignatureScheme::Ecdsa;
  const Bytes signature = TRY(by.key.sign({.scheme = scheme, .hash = by.hash(), .digest = digest}));
  ByteWriter unhashed;
  append_subpacket(unhashed, Subpacket::Issuer, by.packet.key_id.octets);
  if (!says.embedded.empty()) append_subpacket(unhashed, Subpacket::Embedded, says.embedded);
  ByteWriter writer;
  writer.bytes(hashed);
  writer.u16(static_cast<std::uint16_t>(unhashed.view().size()));
  writer.bytes(unhashed.view());
  writer.bytes(ByteView(digest).first(2));
  append_signature_numbers(writer, by, signature);
  return writer.take();
}

Bytes joined(ByteView first, ByteView second) {
  Bytes both(first.begin(), first.end());
  both.insert(both.end(), second.begin(), second.end());
  return both;
}

Result<void> append_user_id(ByteWriter& writer, const NewCertificate& wanted, const Signer& primary) {
  ByteWriter about;
  about.bytes(primary.packet.hashed());
  about.u8(0xb4);
  about.u32(static_cast<std::uint32_t>(wanted.user_id.size()));
  about.bytes(tlscore::as_bytes(wanted.user_id));
  const Statement says{.type = kPositiveCertification,
                       .created = wanted.created,
                       .flags = wanted.flags,
                       .lifetime = wanted.lifetime,
                       .embedded = {}};
  append_packet(writer, kUserIdTag, tlscore::as_bytes(wanted.user_id));
  append_packet(writer, kSignatureTag, TRY(sign(primary, says, about.view())));
  return {};
}

Result<void> append_subkey(ByteWriter& writer, const NewCertificate& wanted, const Signer& primary,
                           const NewSubkey& subkey) {
  const Signer own = TRY(make_signer(subkey.key, wanted.created, kPublicSubkeyTag));
  const Bytes about = joined(primary.packet.hashed(), own.packet.hashed());
  Statement says{.type = kSubkeyBinding,
                 .created = wanted.created,
                 .flags = subkey.flags,
                 .lifetime = wanted.lifetime,
                 .embedded = {}};
  if (subkey.back_signature) {
    const Statement back{.type = kPrimaryKeyBinding, .created = wanted.created, .embedded = {}};
    says.embedded = TRY(sign(own, back, about));
  }
  writer.bytes(own.packet.packet);
  append_packet(writer, kSignatureTag, TRY(sign(primary, says, about)));
  return {};
}

}  // namespace

Result<Bytes> make_certificate(const NewCertificate& wanted) {
  const auto seconds = wanted.created.time_since_epoch().count();
  const bool fits = seconds > 0 && seconds <= 0xffffffffLL && wanted.lifetime.count() >= 0 &&
                    wanted.lifetime.count() <= 0xffffffffLL;
  if (!fits || wanted.user_id.empty() || wanted.user_id.size() > Certificate::kMaxUserIdBytes)
    return fail(ErrorKind::Malformed, "a user ID or a time that no OpenPGP certificate can have");
  const Signer primary = TRY(make_signer(wanted.primary, wanted.created, kPublicKeyTag));
  ByteWriter writer;
  writer.bytes(primary.packet.packet);
  TRY(append_user_id(writer, wanted, primary));
  for (const NewSubkey& subkey : wanted.subkeys) TRY(append_subkey(writer, wanted, primary, subkey));
  return writer.take();
}

Result<Fingerprint> fingerprint_of(const x509::PublicKey& key, std::chrono::sys_seconds created) {
  const Bytes body = TRY(key_body(key, created));
  ByteWriter writer;
  append_packet(writer, kPublicSubkeyTag, body);
  const Bytes whole = writer.take();
  const KeyPacket packet = TRY(parse_public_key({.tag = kPublicSubkeyTag, .body = body, .whole = whole}));
  return packet.fingerprint;
}

}  // namespace openpgp_auth
