// Answers of the kernel about UNIX sockets: whatever they hold, they are read to their end and no further.
#include "tlscore/token/unix_diag.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::uint32_t kSequence = 0;  // so that zeros are an answer
  std::vector<tlscore::token::UnixSocket> sockets;
  static_cast<void>(tlscore::token::parse_unix_diag_answer({data, size}, kSequence, sockets));
  return 0;
}
