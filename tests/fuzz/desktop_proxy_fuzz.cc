// Settings of the desktop's, the environment and policies: each reader takes any text.
#include "proxy/desktop_proxy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static_cast<void>(proxy::read_gsettings(text));
  static_cast<void>(proxy::read_kioslaverc(text));
  static_cast<void>(proxy::read_chromium_policy(text));
  static_cast<void>(proxy::read_firefox_policy(text));
  static_cast<void>(proxy::read_environment([&](const char* /*name*/) { return std::string(text); }, false));
  return 0;
}
