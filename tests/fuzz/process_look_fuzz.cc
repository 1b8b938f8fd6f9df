// The process table as another process has read it: what is read is written again as the same octets.
#include "tests/fuzz/require.h"
#include "tlscore/token/process_look.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tlscore::ByteView input(data, size);
  const auto processes = tlscore::token::decode_processes(input);
  if (processes)
    fuzz::require(tlscore::token::encode_processes(*processes) == tlscore::Bytes(input.begin(), input.end()));
  return 0;
}
