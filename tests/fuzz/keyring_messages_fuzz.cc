// What comes from the process that asks gpg, and what goes there: what is read is written again and read as
// the same.
#include "openpgp-auth/keyring_messages.h"
#include "tests/fuzz/require.h"

namespace {

template <class T>
void try_answer(tlscore::ByteView input) {
  const auto answer = openpgp_auth::decode_keyring_answer<T>(input);
  if (!answer) return;
  const auto octets = openpgp_auth::encode_keyring_answer(answer);
  fuzz::require(openpgp_auth::encode_keyring_answer(openpgp_auth::decode_keyring_answer<T>(octets)) ==
                octets);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const tlscore::ByteView input(data, size);
  try_answer<openpgp_auth::KeyringAnswer>(input);
  try_answer<tlscore::Bytes>(input);
  try_answer<openpgp_auth::OwnCertificate>(input);
  const auto question = openpgp_auth::decode_keyring_question(input);
  if (question)
    fuzz::require(
        openpgp_auth::decode_keyring_question(openpgp_auth::encode_keyring_question(*question)).has_value());
  return 0;
}
