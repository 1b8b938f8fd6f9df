// An allow file: whatever is in it, nobody is let in who showed nothing, or by a name that nobody vouches
// for.
#include "proxy/gate_allow_list.h"
#include "tests/fuzz/require.h"
#include "tlscore/base/bytes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = tlscore::as_text({data, size});
  const auto list = proxy::AllowList::parse(text);
  if (!list) return 0;
  proxy::GateClient client;
  client.user_ids = {std::string(text)};
  client.mail_addresses = {"alice@example.org"};
  fuzz::require(!list->allows(client));
  client.method = proxy::GateMethod::Key;
  client.key_sha256 = "no key";
  client.fingerprint = "no key";
  fuzz::require(!list->allows(client));
  return 0;
}
