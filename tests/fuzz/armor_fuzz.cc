// Files with an OpenPGP certificate: nothing but octets comes out, and fewer than went in.
#include "openpgp-auth/armor.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto octets = openpgp_auth::dearmor(tlscore::as_text({data, size}));
  if (octets) fuzz::require(octets->size() <= size);
  return 0;
}
