// Random numbers, and the one-time start of the cryptographic libraries.
//
// There is no generator of our own: every octet comes from the kernel, so there is no state that a fork could
// copy.
#pragma once

#include <cstddef>

#include "tlscore/base/bytes.h"

namespace tlscore::x509 {

/// The generator that mbedTLS is given everywhere (`f_rng`; `context` is not used). Blocks only until the
/// kernel's generator was seeded once, at boot. Returns 0, or MBEDTLS_ERR_ENTROPY_SOURCE_FAILED where the
/// kernel has no getrandom(2). Any thread may call it.
int random(void* context, unsigned char* output, std::size_t size) noexcept;

/// `count` octets for serial numbers, PINs and tokens. Without a working getrandom(2) there is nothing
/// sensible to do, so the process ends.
[[nodiscard]] Bytes random_bytes(std::size_t count);

/// Starts PSA, which TLS 1.3 needs, and libsodium, which checks signatures without it too. Cheap when it was
/// called before; any thread may call it. Fails with Internal, always or never in one process.
Result<void> init_crypto();

}  // namespace tlscore::x509
