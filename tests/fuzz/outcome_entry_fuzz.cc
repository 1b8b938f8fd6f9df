// What lies in a store that others may write to. The input is taken as an entry, and as the fields of one
// that the secret's holder has encrypted: what is read of that is written again as the same fields.
#include "tests/fuzz/require.h"
#include "tlscore/base/byte_reader.h"
#include "tlscore/judge/outcome_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tlscore;
  using namespace tlscore::judge;
  const OutcomeSecret secret(Bytes(OutcomeSecret::kLeastBytes, 1), "");
  const OutcomeKey key = {1, 2, 3};
  const ByteView input(data, size);
  // Nobody without the secret makes an entry.
  fuzz::require(!read_outcome(secret, key, input));

  constexpr std::uint8_t kVersion = 2;
  Bytes entry = secret.encrypt(key, input);
  entry.insert(entry.begin(), kVersion);
  const auto outcome = read_outcome(secret, key, entry);
  if (!outcome) return 0;
  const auto written = write_outcome(secret, key, *outcome);
  if (!written) return 0;  // reading allows a little more than writing
  const auto fields = secret.decrypt(key, ByteView(*written).subspan(1));
  fuzz::require(fields.has_value());
  // Zeros may be missing at the end of what came.
  Bytes padded(input.begin(), input.end());
  padded.resize(fields->size());
  fuzz::require(*fields == padded);
  return 0;
}
