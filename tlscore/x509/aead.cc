// libsodium's, since mbedTLS has no construction with long nonces.
#include "tlscore/x509/aead.h"

#include <sodium.h>

#include <cassert>

#include "tlscore/x509/random.h"

namespace tlscore::x509 {
namespace {

constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kAeadKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(kAeadOverheadBytes == kNonceBytes + kTagBytes);

}  // namespace

Bytes aead_encrypt(ByteView key, ByteView plaintext, ByteView associated) {
  assert(key.size() == kAeadKeyBytes);
  Bytes sealed = random_bytes(kNonceBytes);
  sealed.resize(kNonceBytes + plaintext.size() + kTagBytes);
  ::crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data() + kNonceBytes, nullptr, plaintext.data(),
                                               plaintext.size(), associated.data(), associated.size(),
                                               nullptr, sealed.data(), key.data());
  return sealed;
}

Result<Bytes> aead_decrypt(ByteView key, ByteView sealed, ByteView associated) {
  assert(key.size() == kAeadKeyBytes);
  if (sealed.size() < kAeadOverheadBytes)
    return fail(ErrorKind::Untrusted, "it is too short to be encrypted");
  const ByteView encrypted = sealed.subspan(kNonceBytes);
  Bytes plaintext(encrypted.size() - kTagBytes);
  const int failed = ::crypto_aead_xchacha20poly1305_ietf_decrypt(
      plaintext.data(), nullptr, nullptr, encrypted.data(), encrypted.size(), associated.data(),
      associated.size(), sealed.data(), key.data());
  if (failed != 0) return fail(ErrorKind::Untrusted, "it was not encrypted under this key");
  return plaintext;
}

}  // namespace tlscore::x509
