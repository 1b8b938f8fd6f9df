// A signature's body: whatever it is, it is kept, and what is embedded in it is one, too.
#include "openpgp-auth/signature_packet.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  openpgp_auth::SignaturePacket signature = openpgp_auth::parse_signature({data, size});
  fuzz::require(std::ranges::equal(signature.body, tlscore::ByteView(data, size)));
  fuzz::require(signature.hashed_bytes <= size);
  fuzz::require(!signature.is_usable() || (signature.version == 4 && signature.hashed_bytes >= 6));
  // The embedded one is shorter than what it stands in, so this ends.
  while (!signature.embedded.empty()) {
    const std::size_t outer = signature.body.size();
    signature = openpgp_auth::parse_signature(openpgp_auth::Bytes(signature.embedded));
    fuzz::require(signature.body.size() < outer);
  }
  return 0;
}
