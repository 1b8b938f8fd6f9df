// getrandom(2), read until it has given enough.
#include "tlscore/x509/random.h"

#include <mbedtls/entropy.h>
#include <psa/crypto.h>
#include <sodium.h>
#include <sys/random.h>

#include <cerrno>
#include <cstdlib>

namespace tlscore::x509 {

int random(void* /*context*/, unsigned char* output, std::size_t size) noexcept {
  while (size > 0) {
    const ssize_t count = ::getrandom(output, size, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return MBEDTLS_ERR_ENTROPY_SOURCE_FAILED;
    output += count;
    size -= static_cast<std::size_t>(count);
  }
  return 0;
}

Bytes random_bytes(std::size_t count) {
  Bytes bytes(count);
  if (random(nullptr, bytes.data(), bytes.size()) != 0) std::abort();
  return bytes;
}

Result<void> init_crypto() {
  static const bool is_sodium_there = ::sodium_init() >= 0;
  if (!is_sodium_there) return fail(ErrorKind::Internal, "libsodium did not start");
  static const psa_status_t status = ::psa_crypto_init();
  if (status != PSA_SUCCESS) {
    return fail(ErrorKind::Internal,
                "the cryptographic library did not start (PSA status " + std::to_string(status) + ")");
  }
  return {};
}

}  // namespace tlscore::x509
