// Questions that the user has not answered yet, and for which connections wait: which identity a party that
// is set to *ask* is to be shown.
//
// An interface: who asks fills it, and the status page shows it and brings answers. Loop's thread only.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tlscore/base/result.h"

namespace proxy {

/// One of them, in words. Text may come from a token or a certificate: whoever shows it makes it safe.
struct OpenQuestion {
  struct Choice {
    std::string id;    ///< What answer() takes; letters, digits and "-" only.
    std::string text;  ///< On the button, e.g. "Jane Doe <jane@example.org>".
    std::string note;  ///< Beside it, e.g. the key's fingerprint; may be empty.
  };
  std::uint64_t id = 0;                         ///< Never 0, and never another question's again.
  std::string party;                            ///< "party.example:443".
  std::string text;                             ///< "Which identity may party.example see?"
  std::chrono::system_clock::time_point since;  ///< When it was asked.
  std::size_t waiting = 1;                      ///< Connections that wait for the answer.
  std::vector<Choice> choices;                  ///< In the order in which they are shown.
};

class OpenQuestions {
 public:
  OpenQuestions() = default;
  virtual ~OpenQuestions() = default;
  OpenQuestions(const OpenQuestions&) = delete;
  OpenQuestions& operator=(const OpenQuestions&) = delete;

  /// The oldest first.
  [[nodiscard]] virtual std::vector<OpenQuestion> open() const = 0;

  /// Answers one of them; those who wait go on. Fails with NotFound where the question is not open any more,
  /// and with Malformed for a choice that it does not have.
  virtual tlscore::Result<void> answer(std::uint64_t question, const std::string& choice) = 0;
};

}  // namespace proxy
