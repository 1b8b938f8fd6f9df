// The list in a signature_algorithms extension: what is found in it stands there, at an even place.
#include "tests/fuzz/require.h"
#include "tlscore/tls/rsa_pkcs1_verify.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bool listed = false;
  for (std::size_t at = 2; at + 1 < size; at += 2) listed |= data[at] == 0x04 && data[at + 1] == 0x20;
  fuzz::require(tlscore::tls::lists_rsa_pkcs1({data, size}) == listed);
  return 0;
}
