// What a launcher is asked: what is read is written again as the same octets, and no text in it has an end in
// its middle.
#include "tests/fuzz/require.h"
#include "tlscore/base/launch_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tlscore::ByteView input(data, size);
  if (size < 2 || size > tlscore::kMaxLaunchBytes) return 0;
  const std::vector<int> descriptors(data[1] % (tlscore::kMaxLaunchDescriptors + 1), 7);
  const auto what = tlscore::decode_launch(input, descriptors);
  if (!what) return 0;
  for (const std::string& argument : what->arguments) fuzz::require(!argument.contains('\0'));
  const auto again = tlscore::encode_launch(*what);
  // Lists may be longer than we send them.
  if (again) fuzz::require(tlscore::Bytes(input.begin(), input.end()) == *again);
  return 0;
}
