// URLs for `latchkey pac --check`: a host that is read is in one spelling, gets the answer of its own rule,
// and may stand in a script.
#include "pac/pac_script.h"
#include "pac/url_host.h"
#include "tests/fuzz/require.h"
#include "tlscore/base/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::string_view kProxy = "127.0.0.1:6091";
  const std::string_view url = tlscore::as_text({data, size});
  const auto host = pac::url_host(url);
  if (!host) return 0;
  const pac::PacRule rule{*host};
  fuzz::require(pac::answer_for({&rule, 1}, kProxy, url).value() == "PROXY 127.0.0.1:6091");
  fuzz::require(pac::answer_for({}, kProxy, url).value() == "DIRECT");
  fuzz::require(pac::make_pac({&rule, 1}, kProxy).has_value());
  const std::string again = host->contains(':') ? "http://[" + *host + "]/" : "http://" + *host + "/";
  fuzz::require(pac::url_host(again).value() == *host);
  return 0;
}
