// A token's r || s: the DER is two INTEGERs, each positive and as short as it can be, and nothing else.
#include "tests/fuzz/require.h"
#include "tlscore/base/byte_reader.h"
#include "tlscore/token/ecdsa_signature.h"

namespace {

void require_integer(tlscore::ByteReader& in) {
  fuzz::require(in.u8() == 0x02);
  const auto length = in.u8();
  fuzz::require(length && *length > 0);
  const auto number = in.bytes(*length);
  fuzz::require(number && ((*number)[0] & 0x80U) == 0);
  fuzz::require(number->size() == 1 || (*number)[0] != 0 || ((*number)[1] & 0x80U) != 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto der = tlscore::token::ecdsa_signature_to_der({data, size}, size / 2);
  if (!der) return 0;
  tlscore::ByteReader in(*der);
  fuzz::require(in.u8() == 0x30);
  fuzz::require(in.u8() == in.left());
  require_integer(in);
  require_integer(in);
  fuzz::require(in.left() == 0);
  return 0;
}
