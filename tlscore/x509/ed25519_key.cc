// PKCS#8 read as RFC 8410 writes it; libsodium signs.
#include "tlscore/x509/ed25519_key.h"

#include <sodium.h>

#include <algorithm>

#include "tlscore/x509/der.h"
#include "tlscore/x509/ed25519.h"
#include "tlscore/x509/pem.h"

namespace tlscore::x509 {
namespace {

constexpr std::string_view kLabel = "PRIVATE KEY";

/// The contents of the field `privateKey` of a OneAsymmetricKey of id-Ed25519 (RFC 5958, section 2): nothing
/// for any other octets.
std::optional<ByteView> private_field(ByteView der) {
  const auto fields = DerReader(der).next(kDerSequence);
  if (!fields) return std::nullopt;
  DerReader reader(*fields);
  const auto version = reader.next(kDerInteger);
  const auto algorithm = reader.next(kDerSequence);
  const auto key = reader.next(kDerOctetString);
  if (!version || !algorithm || !key || !std::ranges::equal(*algorithm, kEd25519Oid)) return std::nullopt;
  return key;
}

}  // namespace

bool Ed25519Key::is_in(std::string_view pem) {
  auto blocks = x509::parse_pem(pem, kLabel);
  if (!blocks) return false;
  const bool found =
      std::ranges::any_of(*blocks, [](const Bytes& block) { return private_field(block).has_value(); });
  for (Bytes& block : *blocks) ::sodium_memzero(block.data(), block.size());
  return found;
}

Result<Ed25519Key> Ed25519Key::parse_pem(std::string_view pem) {
  auto blocks = TRY(x509::parse_pem(pem, kLabel));
  Octets secret{};
  std::array<std::uint8_t, crypto_sign_ed25519_PUBLICKEYBYTES> point{};
  bool found = false;
  for (Bytes& block : blocks) {
    const auto field = private_field(block);
    const auto seed = field ? DerReader(*field).next(kDerOctetString) : std::nullopt;
    if (!found && seed && seed->size() == crypto_sign_ed25519_SEEDBYTES)
      found = ::crypto_sign_ed25519_seed_keypair(point.data(), secret.data(), seed->data()) == 0;
    ::sodium_memzero(block.data(), block.size());
  }
  if (!found) return fail(ErrorKind::Malformed, "there is no Ed25519 key in it that can be read");
  auto public_key = PublicKey::from_ed25519(point);
  if (!public_key) return fail(std::move(public_key.error()));
  Ed25519Key key(secret, std::move(*public_key));
  ::sodium_memzero(secret.data(), secret.size());
  return key;
}

Ed25519Key::~Ed25519Key() {
  ::sodium_memzero(m_secret.data(), m_secret.size());
}

Ed25519Key::Ed25519Key(Ed25519Key&&) noexcept = default;

Bytes Ed25519Key::sign(ByteView message) const {
  Bytes signature(kEd25519SignatureBytes);
  static_cast<void>(::crypto_sign_ed25519_detached(signature.data(), nullptr, message.data(), message.size(),
                                                   m_secret.data()));
  return signature;
}

}  // namespace tlscore::x509
