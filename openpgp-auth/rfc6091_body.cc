// struct { OpenPGPCertDescriptorType descriptorType; select (descriptorType) { ... } cert; } Certificate;
#include "openpgp-auth/rfc6091_body.h"

namespace openpgp_auth {

using tlscore::fail;

namespace {

using Kind = CertificateBody::Kind;

/// How much GnuTLS 3.5 counts too little in front of a subkey_cert.
constexpr std::size_t kGnutlsMiscount = 7;
/// The length in front begins with 0, or it would read as a descriptor.
constexpr std::size_t kMaxWrittenBytes = 0xffff;

template <std::size_t Size>
bool take(ByteReader& reader, std::array<std::uint8_t, Size>& into) {
  const auto length = reader.u8();
  const auto octets = length && *length == Size ? reader.bytes(Size) : std::nullopt;
  if (octets) std::ranges::copy(*octets, into.begin());
  return octets.has_value();
}

Result<CertificateBody> read_empty(ByteReader& reader) {
  // uint24 OpenPGPEmptyCert = 0
  if (reader.u24() != 0U) return fail(ErrorKind::Malformed, "an empty_cert that is not empty");
  return CertificateBody{};
}

Result<CertificateBody> read_subkey(ByteReader& reader) {
  CertificateBody body{.kind = Kind::Subkey};
  if (!take(reader, body.key_id.octets)) return fail(ErrorKind::Malformed, "a key ID that is not 8 octets");
  const auto length = reader.u24();
  if (length && *length > Certificate::kMaxBytes)
    return fail(ErrorKind::TooLarge, "an OpenPGP certificate of more than 256 KiB");
  const auto packets = length ? reader.bytes(*length) : std::nullopt;
  if (!packets || packets->empty())
    return fail(ErrorKind::Malformed, "a subkey_cert without all of its certificate");
  body.packets.assign(packets->begin(), packets->end());
  return body;
}

Result<CertificateBody> read_fingerprint(ByteReader& reader) {
  CertificateBody body{.kind = Kind::SubkeyFingerprint};
  if (!take(reader, body.key_id.octets)) return fail(ErrorKind::Malformed, "a key ID that is not 8 octets");
  if (!take(reader, body.fingerprint.octets))
    return fail(ErrorKind::Malformed, "a fingerprint that is not 20 octets");
  return body;
}

Result<CertificateBody> read_descriptor(ByteReader& reader) {
  const auto descriptor = reader.u8();
  if (!descriptor) return fail(ErrorKind::Malformed, "a Certificate message without a descriptor");
  switch (static_cast<Kind>(*descriptor)) {
    case Kind::Empty: return read_empty(reader);
    case Kind::Subkey: return read_subkey(reader);
    case Kind::SubkeyFingerprint: return read_fingerprint(reader);
  }
  return fail(ErrorKind::Malformed, "an OpenPGP certificate descriptor of " + std::to_string(*descriptor));
}

}  // namespace

Result<CertificateBody> parse_certificate_body(ByteView octets) {
  ByteReader reader(octets);
  // No descriptor is 0, and no message here is as long as 64 KiB: so 0 is the first octet of a length.
  const bool has_length = !octets.empty() && octets.front() == 0;
  const auto length = has_length ? reader.u24() : std::nullopt;
  if (has_length && !length) return fail(ErrorKind::Malformed, "a Certificate message that ends too early");
  const std::size_t inside = reader.left();
  CertificateBody body = TRY(read_descriptor(reader));
  if (reader.left() != 0) return fail(ErrorKind::Malformed, "octets after the OpenPGP certificate");
  const bool is_miscounted = length && body.kind == Kind::Subkey && *length + kGnutlsMiscount == inside;
  if (length && *length != inside && !is_miscounted)
    return fail(ErrorKind::Malformed, "a Certificate message of another length than it says");
  return body;
}

Result<Bytes> write_certificate_body(const CertificateBody& body) {
  tlscore::ByteWriter writer;
  writer.u8(static_cast<std::uint8_t>(body.kind));
  if (body.kind == Kind::Empty) {
    writer.u24(0);
  } else {
    writer.u8(static_cast<std::uint8_t>(body.key_id.octets.size()));
    writer.bytes(body.key_id.octets);
  }
  if (body.kind == Kind::Subkey) {
    writer.u24(static_cast<std::uint32_t>(body.packets.size()));
    writer.bytes(body.packets);
  } else if (body.kind == Kind::SubkeyFingerprint) {
    writer.u8(static_cast<std::uint8_t>(body.fingerprint.octets.size()));
    writer.bytes(body.fingerprint.octets);
  }
  const Bytes inside = writer.take();
  if (inside.size() > kMaxWrittenBytes)
    return fail(ErrorKind::TooLarge, "an OpenPGP certificate that is too large to be shown");
  tlscore::ByteWriter framed;
  framed.u24(static_cast<std::uint32_t>(inside.size()));
  framed.bytes(inside);
  return framed.take();
}

}  // namespace openpgp_auth
