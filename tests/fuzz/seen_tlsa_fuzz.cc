// The file of servers that had secure TLSA records: what is read of it is written and read again the same.
#include "tests/fuzz/require.h"
#include "tlscore/base/bytes.h"
#include "tlscore/judge/seen_tlsa.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tlscore;
  const auto entries = judge::parse_seen_entries(as_text({data, size}));
  fuzz::require(entries.size() <= judge::SeenTlsa::kMaxEntries);
  fuzz::require(judge::parse_seen_entries(judge::to_text(entries)) == entries);
  return 0;
}
