// The one signature that is checked without GnuPG.
#include "openpgp-auth/back_signature.h"

#include "tlscore/x509/der.h"
#include "tlscore/x509/digest.h"

namespace openpgp_auth {

using tlscore::ByteWriter;
using tlscore::fail;

namespace {

namespace x509 = tlscore::x509;

/// Section 9.4. Nothing for hashes that must not count, or that nobody uses.
std::optional<x509::Hash> hash_of(std::uint8_t hash_algorithm) {
  switch (hash_algorithm) {
    case 8: return x509::Hash::Sha256;
    case 9: return x509::Hash::Sha384;
    case 10: return x509::Hash::Sha512;
    default: return std::nullopt;
  }
}

/// Section 5.2.4: both keys, the signature up to the end of its hashed area, and a trailer.
Bytes hashed_octets(const KeyPacket& primary, const KeyPacket& subkey, const SignaturePacket& signature) {
  ByteWriter writer;
  writer.bytes(primary.hashed());
  writer.bytes(subkey.hashed());
  writer.bytes(ByteView(signature.body).first(signature.hashed_bytes));
  writer.u8(4);
  writer.u8(0xff);
  writer.u32(static_cast<std::uint32_t>(signature.hashed_bytes));
  return writer.take();
}

/// What follows the subpackets (section 5.2.3).
struct Ending {
  std::uint16_t digest_start;     ///< The first two octets of the digest.
  std::vector<ByteView> numbers;  ///< Without leading zeros.
};

Result<Ending> read_ending(const SignaturePacket& signature) {
  ByteReader reader(ByteView(signature.body).subspan(signature.hashed_bytes));
  const auto unhashed_length = reader.u16();
  if (!unhashed_length || !reader.bytes(*unhashed_length))
    return fail(ErrorKind::Refused, "a back-signature that ends too early");
  const auto digest_start = reader.u16();
  if (!digest_start) return fail(ErrorKind::Refused, "a back-signature that ends too early");
  Ending ending{.digest_start = *digest_start, .numbers = {}};
  while (reader.left() != 0) {
    const auto number = next_mpi(reader, false);
    if (!number) return fail(ErrorKind::Refused, "a back-signature with a malformed number");
    ending.numbers.push_back(*number);
  }
  return ending;
}

/// A number as so many octets, which are at least as many as it has.
void append_padded(Bytes& into, ByteView number, std::size_t octets) {
  into.insert(into.end(), octets - number.size(), 0);
  into.insert(into.end(), number.begin(), number.end());
}

/// The signature as TLS has it.
Result<Bytes> tls_signature(const KeyPacket& subkey, const std::vector<ByteView>& numbers) {
  const std::size_t expected = subkey.algorithm == kRsa ? 1 : 2;
  const std::size_t largest = (subkey.key->bits() + 7) / 8;
  const auto is_too_large = [&](ByteView number) { return number.size() > largest; };
  if (numbers.size() != expected || std::ranges::any_of(numbers, is_too_large))
    return fail(ErrorKind::Untrusted, "the back-signature does not fit the subkey");
  if (subkey.algorithm == kEcdsa)
    return x509::der(x509::kDerSequence, {x509::der_integer(numbers[0]), x509::der_integer(numbers[1])});
  Bytes signature;
  for (const ByteView number : numbers) append_padded(signature, number, largest);
  return signature;
}

x509::SignatureRequest request_for(const KeyPacket& subkey, x509::Hash hash, Bytes digest) {
  switch (subkey.key->type()) {
    case x509::PublicKey::Type::Rsa: return {x509::SignatureScheme::RsaPkcs1, hash, std::move(digest)};
    // The digest is the message (RFC 9580, section 5.2.3.3).
    case x509::PublicKey::Type::Ed25519:
      return {x509::SignatureScheme::Ed25519, x509::Hash::None, std::move(digest)};
    default: return {x509::SignatureScheme::Ecdsa, hash, std::move(digest)};
  }
}

/// The signature inside the newest binding, which says of itself that it is a back-signature.
Result<SignaturePacket> embedded_in(const SignaturePacket& binding) {
  if (binding.embedded.empty()) return fail(ErrorKind::Refused, "there is none");
  SignaturePacket signature = parse_signature(binding.embedded);
  if (!signature.is_usable()) return fail(ErrorKind::Refused, signature.why_unusable);
  if (signature.type != kPrimaryKeyBinding)
    return fail(ErrorKind::Refused, "in its place is a signature of another type");
  if (signature.expires_after) return fail(ErrorKind::Refused, "it expires, which no back-signature should");
  return signature;
}

Result<void> verify(const KeyPacket& primary, const KeyPacket& subkey, const SignaturePacket& binding) {
  const SignaturePacket signature = TRY(embedded_in(binding));
  if (!subkey.key) return fail(ErrorKind::Unsupported, "the subkey is " + subkey.why);
  if (signature.key_algorithm != subkey.algorithm)
    return fail(ErrorKind::Untrusted, "it is of another algorithm than the subkey");
  const auto hash = hash_of(signature.hash_algorithm);
  if (!hash)
    return fail(ErrorKind::Unsupported, "its hash is number " + std::to_string(signature.hash_algorithm));
  const Ending ending = TRY(read_ending(signature));
  Bytes digest = x509::digest(*hash, hashed_octets(primary, subkey, signature));
  if (ByteReader(digest).u16() != ending.digest_start)
    return fail(ErrorKind::Untrusted, "it is over something else");
  const Bytes octets = TRY(tls_signature(subkey, ending.numbers));
  return subkey.key->verify(request_for(subkey, *hash, std::move(digest)), octets);
}

}  // namespace

bool needs_back_signature(const Subkey& subkey) {
  const SignaturePacket* binding = newest(subkey.bindings);
  return binding != nullptr && (!binding->key_flags || (*binding->key_flags & kMaySign) != 0);
}

Result<void> check_back_signature(const KeyPacket& primary, const Subkey& subkey) {
  const SignaturePacket* binding = newest(subkey.bindings);
  if (binding == nullptr)
    return fail(ErrorKind::Refused, "the subkey " + subkey.key.key_id.to_hex() + " has no binding signature");
  auto verified = verify(primary, subkey.key, *binding);
  if (!verified)
    return fail("the back-signature of the subkey " + subkey.key.key_id.to_hex(),
                std::move(verified.error()));
  return {};
}

}  // namespace openpgp_auth
