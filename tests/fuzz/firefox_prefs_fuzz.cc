// A profile's preferences may come from anywhere; what is kept of them is bounded.
#include "proxy/firefox_prefs.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  proxy::FirefoxPrefs prefs;
  proxy::read_firefox_prefs({reinterpret_cast<const char*>(data), size}, prefs);
  fuzz::require(prefs.size() <= proxy::kMaxFirefoxPrefs);
  for (const auto& [name, value] : prefs) {
    fuzz::require(name.size() <= proxy::kMaxFirefoxPref && value.size() <= proxy::kMaxFirefoxPref);
  }
  static_cast<void>(proxy::choice_of(prefs));
  return 0;
}
