// Forms that are sent to our own pages: what is read is bounded and printable, and reads the same when it is
// written again.
#include <algorithm>

#include "proxy/page_form.h"
#include "tests/fuzz/require.h"
#include "tlscore/base/bytes.h"

namespace {

/// Every octet as a percent escape, which is one way to write any text.
std::string escaped(const std::string& text) {
  std::string result;
  for (const std::uint8_t octet : tlscore::as_bytes(text)) result += "%" + tlscore::to_hex({&octet, 1});
  return result;
}

bool is_printable(const std::string& text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto form = proxy::parse_page_form(tlscore::as_text({data, size}));
  if (!form) return 0;
  fuzz::require(size <= proxy::kMaxFormBytes && form->size() <= proxy::kMaxFormFields);
  std::string again;
  for (const auto& [name, value] : *form) {
    fuzz::require(!name.empty() && is_printable(name) && is_printable(value));
    again += (again.empty() ? "" : "&") + escaped(name) + "=" + escaped(value);
  }
  if (again.size() <= proxy::kMaxFormBytes) fuzz::require(proxy::parse_page_form(again).value() == *form);
  return 0;
}
