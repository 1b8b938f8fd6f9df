// Which identity the parties that are set to *ask* may see: what the user was asked, and what the answers
// were.
//
// An answer holds until it is forgotten, which is when the token leaves or is locked and when the settings
// are read again. A question stays open for a while when nobody waits for it any more: a browser may have
// given up before its user came back, and then a reload works.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "proxy/open_questions.h"
#include "proxy/party.h"
#include "tlscore/base/future.h"
#include "tlscore/base/task.h"

namespace proxy {

/// All on the loop's thread; outlives the tasks that ask.
class IdentityQuestions final : public OpenQuestions {
 public:
  /// How long a question stays open, and how many may be open at a time.
  static constexpr std::chrono::minutes kOpen{5};
  static constexpr std::size_t kMostOpen = 20;
  /// Ids of choices: this one, or the prefix and the fingerprint of a key (SHA-256 of SubjectPublicKeyInfo).
  static constexpr std::string_view kNoIdentity = "none";
  static constexpr std::string_view kKeyPrefix = "key-";

  /// A question is closed when it was open for `limit`.
  explicit IdentityQuestions(tlscore::EventLoop& loop, std::chrono::milliseconds limit = kOpen)
      : m_loop(loop), m_limit(limit) {}

  /// The identity that the party may see now: its own one, and what was answered where that is to be asked.
  /// It is still Ask where nobody has answered yet.
  [[nodiscard]] Identity identity_of(const Party& party) const;

  /// Asks, or joins whoever asks for that party already, and waits for the answer; the question's `id` and
  /// `since` are set here. `choices` may not be empty. Fails with the reason of `cancel`, with TimedOut after
  /// that limit, with the reason of forget(), and with Refused where kMostOpen are open.
  tlscore::Task<tlscore::Result<void>> ask(OpenQuestion question, tlscore::Cancel& cancel);

  /// Nothing is answered any more; who waits is told why.
  void forget(const tlscore::Error& why);

  /// Called after a question was asked, answered or given up.
  void on_change(std::function<void()> changed) { m_changed = std::move(changed); }

  [[nodiscard]] std::vector<OpenQuestion> open() const override;
  tlscore::Result<void> answer(std::uint64_t question, const std::string& choice) override;

 private:
  struct Asked {
    OpenQuestion question;
    std::vector<tlscore::Promise<void>> waiting;
    std::unique_ptr<tlscore::Timer> limit;
  };

  std::list<Asked>::iterator add(OpenQuestion question);
  /// Those who wait get `outcome`, and the question is closed.
  void close(std::list<Asked>::iterator asked, const tlscore::Result<void>& outcome);
  void tell() const {
    if (m_changed) m_changed();
  }

  tlscore::EventLoop& m_loop;
  std::chrono::milliseconds m_limit;
  std::function<void()> m_changed;
  std::uint64_t m_last_id = 0;
  std::list<Asked> m_asked;
  std::map<std::string, std::string> m_answers;  ///< The choice's id, by the party's name.
};

}  // namespace proxy
