// Standard input to standard output, and the run of a program around it.
#include "openpgp-auth/keyring_process.h"

#include <unistd.h>

#include <array>
#include <cerrno>

#include "openpgp-auth/keyring_messages.h"
#include "tlscore/base/call_filter.h"
#include "tlscore/base/log.h"
#include "tlscore/base/run_program.h"
#include "tlscore/token/gnupg_settings.h"

namespace openpgp_auth {

using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

namespace {

constexpr std::size_t kMaxQuestionBytes = std::size_t{256} * 1024;

Result<Bytes> read_all(int fd) {
  Bytes octets;
  std::array<std::uint8_t, 16UL * 1024> chunk{};
  for (;;) {
    const ssize_t count = ::read(fd, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(ErrorKind::Closed, "the question cannot be read");
    if (count == 0) return octets;
    octets.insert(octets.end(), chunk.begin(), chunk.begin() + count);
    if (octets.size() > kMaxQuestionBytes) return fail(ErrorKind::TooLarge, "the question is too long");
  }
}

bool write_all(int fd, ByteView octets) {
  while (!octets.empty()) {
    const ssize_t count = ::write(fd, octets.data(), octets.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    octets = octets.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

/// One function for each kind of question.
struct Answering {
  const Keyring& keyring;

  Bytes operator()(const LookQuestion& asked) const {
    return encode_keyring_answer(keyring.look(asked.certificate, asked.key_id));
  }
  Bytes operator()(const StoredQuestion& asked) const {
    return encode_keyring_answer(keyring.stored(asked.fingerprint));
  }
  Bytes operator()(const OwnQuestion& asked) const {
    return encode_keyring_answer(find_own_openpgp(keyring, asked.key, asked.user_id));
  }
};

Bytes answer_to(const KeyringQuestion& question) {
  const auto keyring = Keyring::create(question.home, question.scratch);
  // An error looks the same for each kind.
  if (!keyring) return encode_keyring_answer(Result<Bytes>(fail(keyring.error())));
  return std::visit(Answering{.keyring = *keyring}, question.asked);
}

template <class T>
Result<T> ask_process(const KeyringQuestion& question) {
  const Bytes octets = encode_keyring_question(question);
  const auto end = TRY(tlscore::run_program({"/proc/self/exe", kKeyringCommand}, tlscore::as_text(octets)));
  if (end.status != 0)
    return fail(ErrorKind::Internal, "the keyring's process broke off with status " +
                                         std::to_string(end.status) + ": " + tlscore::printable(end.errors));
  return decode_keyring_answer<T>(tlscore::as_bytes(end.output));
}

}  // namespace

int run_keyring_process() {
  tlscore::hide_process();
  const auto bound = tlscore::forbid_calls({.may_exec = true});
  if (!bound)
    tlscore::log(tlscore::LogLevel::Warning, "the keyring is not shut off: " + bound.error().message);
  const auto octets = read_all(STDIN_FILENO);
  const auto question = octets ? decode_keyring_question(*octets) : fail(octets.error());
  if (!question) return 1;
  return write_all(STDOUT_FILENO, answer_to(*question)) ? 0 : 1;
}

KeyringLookups::Source keyring_in_processes(std::string home, const std::string& scratch) {
  if (home.empty()) home = tlscore::token::gnupg_home();
  const auto about = [home, scratch](auto asked) {
    return KeyringQuestion{.home = home, .scratch = scratch, .asked = std::move(asked)};
  };
  return {.ask =
              [about](ByteView certificate, const std::string& key_id) {
                return ask_process<KeyringAnswer>(about(
                    LookQuestion{.certificate = {certificate.begin(), certificate.end()}, .key_id = key_id}));
              },
          .generation = [home] { return keyring_generation(home); },
          .stored =
              [about](const std::string& fingerprint) {
                return ask_process<Bytes>(about(StoredQuestion{.fingerprint = fingerprint}));
              },
          .contents = [home] { return keyring_contents(home); },
          .own =
              [about](const tlscore::x509::PublicKey& key, const std::string& user_id) {
                return ask_process<OwnCertificate>(about(OwnQuestion{.key = key, .user_id = user_id}));
              }};
}

}  // namespace openpgp_auth
