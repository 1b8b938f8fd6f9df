// A small memory, keyed by digests, and one look for all who wait for it.
#include "openpgp-auth/keyring_lookups.h"

#include <algorithm>
#include <map>
#include <vector>

#include "tlscore/base/worker.h"
#include "tlscore/x509/digest.h"

namespace openpgp_auth {

using std::chrono::steady_clock;
using tlscore::Bytes;
using tlscore::ByteView;
using tlscore::Cancel;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;
using tlscore::Task;

struct KeyringLookups::State {
  using Promise = tlscore::Promise<Answer>;

  struct Known {
    Answer answer;
    std::string generation;
    steady_clock::time_point since;
  };

  State(tlscore::EventLoop& its_loop, Source its_source) : loop(its_loop), source(std::move(its_source)) {}

  tlscore::Workers& threads();
  [[nodiscard]] Answer remembered(const std::string& question);
  void remember(const std::string& question, Known known_now);
  static Task<void> look(std::shared_ptr<State> state, std::string question, Bytes certificate,
                         std::string key_id);

  tlscore::EventLoop& loop;
  Source source;
  std::map<std::string, Known> known;                   // by question: digest of the certificate, key ID
  std::map<std::string, std::vector<Promise>> waiting;  // by question
  std::unique_ptr<tlscore::Workers> workers;            // from the first question on
  std::string contents;                                 // of the keyring, when it had this generation:
  std::string contents_generation;
  std::uint64_t looks = 0;
};

tlscore::Workers& KeyringLookups::State::threads() {
  if (!workers) workers = std::make_unique<tlscore::Workers>(loop, kThreads);
  return *workers;
}

KeyringLookups::Answer KeyringLookups::State::remembered(const std::string& question) {
  const auto found = known.find(question);
  if (found == known.end()) return nullptr;
  const bool is_fresh = steady_clock::now() - found->second.since < kMaxAge;
  if (is_fresh && found->second.generation == source.generation()) return found->second.answer;
  known.erase(found);
  return nullptr;
}

void KeyringLookups::State::remember(const std::string& question, Known known_now) {
  if (known.size() >= kMaxAnswers) {
    known.erase(std::ranges::min_element(known, {}, [](const auto& entry) { return entry.second.since; }));
  }
  known.insert_or_assign(question, std::move(known_now));
}

/// gpg itself may bring its trustdb up to date while it is asked, so the keyring can be another one
/// afterwards. What was found then is good for those who wait, and is not remembered.
Task<void> KeyringLookups::State::look(std::shared_ptr<State> state, std::string question, Bytes certificate,
                                       std::string key_id) {
  const std::string generation = state->source.generation();
  const auto since = steady_clock::now();
  ++state->looks;
  Cancel never;
  auto job = [ask = state->source.ask, certificate = std::move(certificate), key_id = std::move(key_id)] {
    return ask(certificate, key_id);
  };
  auto found = co_await state->threads().run(std::move(job), never, tlscore::kNoLimit);
  Result<Answer> answer = found ? Result<Answer>(std::make_shared<const KeyringAnswer>(std::move(*found)))
                                : Result<Answer>(fail(found.error()));
  if (answer && generation == state->source.generation()) {
    state->remember(question, {*answer, generation, since});
  }
  const auto waiters = state->waiting.extract(question);
  for (const Promise& waiter : waiters.mapped()) waiter.settle(answer);
}

KeyringLookups::KeyringLookups(tlscore::EventLoop& loop, Source source)
    : m_state(std::make_shared<State>(loop, std::move(source))) {}

KeyringLookups::KeyringLookups(tlscore::EventLoop& loop, const std::shared_ptr<const Keyring>& keyring)
    : KeyringLookups(
          loop,
          Source{.ask = [keyring](ByteView certificate,
                                  const std::string& key_id) { return keyring->look(certificate, key_id); },
                 .generation = [keyring] { return keyring->generation(); },
                 .stored = [keyring](const std::string& fingerprint) { return keyring->stored(fingerprint); },
                 .contents = [keyring] { return keyring->contents(); },
                 .own =
                     [keyring](const tlscore::x509::PublicKey& key, const std::string& user_id) {
                       return find_own_openpgp(*keyring, key, user_id);
                     }}) {}

/// The threads use the loop, which those who wait may outlive.
KeyringLookups::~KeyringLookups() {
  m_state->workers.reset();
}

Task<Result<Bytes>> KeyringLookups::stored(std::string fingerprint, Cancel& cancel) {
  const std::shared_ptr<State> state = m_state;
  auto job = [ask = state->source.stored, fingerprint = std::move(fingerprint)] { return ask(fingerprint); };
  co_return co_await state->threads().run(std::move(job), cancel, kLimit);
}

Task<Result<OwnCertificate>> KeyringLookups::own(tlscore::x509::PublicKey key, std::string user_id,
                                                 Cancel& cancel) {
  const std::shared_ptr<State> state = m_state;
  auto job = [ask = state->source.own, key = std::move(key), user_id = std::move(user_id)] {
    return ask(key, user_id);
  };
  co_return co_await state->threads().run(std::move(job), cancel, kLimit);
}

Task<Result<std::string>> KeyringLookups::contents(Cancel& cancel) {
  const std::shared_ptr<State> state = m_state;
  const std::string generation = state->source.generation();
  if (!state->source.contents || state->contents_generation == generation) {
    co_return state->source.contents ? state->contents : generation;
  }
  auto read = co_await state->threads().run(state->source.contents, cancel, kLimit);
  if (read && generation == state->source.generation()) {
    state->contents = *read;
    state->contents_generation = generation;
  }
  co_return read;
}

std::uint64_t KeyringLookups::looks() const {
  return m_state->looks;
}

std::string KeyringLookups::generation() const {
  return m_state->source.generation();
}

Task<Result<KeyringLookups::Answer>> KeyringLookups::answer(Bytes certificate, std::string key_id,
                                                            Cancel& cancel) {
  const std::shared_ptr<State> state = m_state;
  std::string question = tlscore::to_hex(tlscore::x509::sha256(certificate)) + key_id;
  if (Answer known = state->remembered(question)) co_return known;
  const State::Promise done(state->loop);
  const bool is_asked = state->waiting.contains(question);
  if (!is_asked && state->waiting.size() >= kMaxPending) {
    co_return fail(ErrorKind::TooLarge, "too many questions to the keyring are under way");
  }
  state->waiting[question].push_back(done);
  if (!is_asked) {
    tlscore::spawn(state->loop,
                   State::look(state, std::move(question), std::move(certificate), std::move(key_id)));
  }
  co_return co_await done.wait(cancel, kLimit);
}

}  // namespace openpgp_auth
