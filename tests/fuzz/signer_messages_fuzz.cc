// Frames between proxy and signer: what is read is written again as the same octets, and a shorter one asks
// for more.
#include "tests/fuzz/require.h"
#include "tlscore/token/signer_messages.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tlscore::token;
  const tlscore::ByteView input(data, size);
  const auto decoded = decode_frame(input);
  if (!decoded || !*decoded) return 0;
  const std::size_t taken = (*decoded)->wire_bytes;
  fuzz::require(taken <= size);
  const auto shorter = decode_frame(input.first(taken - 1));
  fuzz::require(shorter && !*shorter);
  const auto encoded = encode_frame((*decoded)->frame);
  fuzz::require(encoded.has_value());
  const auto again = decode_frame(*encoded);
  fuzz::require(again && *again && (*again)->frame.message == (*decoded)->frame.message);
  return 0;
}
