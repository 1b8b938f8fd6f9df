// Any octets in place of gpg-agent's answers.
#include <cstdlib>

#include "openpgp-auth/agent_octets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tlscore::ByteView answer(data, size);
  const auto key = openpgp_auth::read_agent_key(answer);
  if (key && key->type() == tlscore::x509::PublicKey::Type::Other) std::abort();
  // RFC 8032, section 7.1, test 1
  static const auto kEd25519 = tlscore::x509::PublicKey::from_ed25519(
      *tlscore::from_hex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"));
  const auto signature = openpgp_auth::read_agent_signature(*kEd25519, answer);
  if (signature && signature->size() != 64) std::abort();
  return 0;
}
