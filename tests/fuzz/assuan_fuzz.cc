// Lines from a pinentry program; and texts for one, which never end their line and come back as they were.
#include "tests/fuzz/require.h"
#include "tlscore/base/bytes.h"
#include "tlscore/token/assuan.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tlscore::token;
  const std::string_view text = tlscore::as_text({data, size});
  const auto line = parse_assuan_line(text);
  tlscore::Secret pin;
  if (line && line->response == AssuanResponse::Data) {
    if (decode_assuan_data(line->rest, pin)) fuzz::require(pin.size() <= line->rest.size());
  }
  const std::string encoded = encode_assuan_text(text);
  fuzz::require(encoded.find_first_of("\r\n") == std::string::npos);
  pin.clear();
  if (text.size() <= tlscore::Secret::kMaxBytes) {
    fuzz::require(decode_assuan_data(encoded, pin).has_value());
    fuzz::require(pin.reveal() == text);
  }
  return 0;
}
