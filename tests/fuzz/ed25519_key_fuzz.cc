// Ed25519 private keys in PEM: what is read signs, and its own public key verifies that.
#include "tests/fuzz/require.h"
#include "tlscore/x509/ed25519.h"
#include "tlscore/x509/ed25519_key.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tlscore;
  const std::string_view text = as_text({data, size});
  const bool is_in = x509::Ed25519Key::is_in(text);
  const auto key = x509::Ed25519Key::parse_pem(text);
  if (!key) return 0;
  const auto point = x509::ed25519_point(key->public_key().spki());
  const Bytes signature = key->sign(to_bytes("message"));
  fuzz::require(is_in && point && x509::ed25519_verifies(*point, to_bytes("message"), signature));
  return 0;
}
