// A list of peers: whatever is in it, nobody is let in who showed nothing, or by a name that nobody vouches
// for.
#include "tests/fuzz/require.h"
#include "tlscore/base/bytes.h"
#include "tlscore/judge/authorization_list.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = tlscore::as_text({data, size});
  const auto list = tlscore::judge::PeerList::parse(text);
  if (!list) return 0;
  tlscore::judge::Peer client;
  client.user_ids = {std::string(text)};
  client.mail_addresses = {"alice@example.org"};
  fuzz::require(!list->contains(client));
  client.method = tlscore::judge::PeerMethod::Key;
  client.key_sha256 = "no key";
  client.fingerprint = "no key";
  fuzz::require(!list->contains(client));
  return 0;
}
