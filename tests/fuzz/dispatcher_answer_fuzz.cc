// Any text in place of the dispatcher's answer.
#include <cstdint>
#include <cstdlib>

#include "proxy/dispatch_entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto answer = proxy::parse_dispatcher_answer(text);
  if (!answer) return 0;
  if (!text.starts_with("ok ")) std::abort();
  for (const std::string& address : answer->addresses) {
    if (address.empty() || address.contains(' ')) std::abort();
  }
  return 0;
}
