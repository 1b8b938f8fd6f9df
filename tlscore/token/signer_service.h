// What the signer does with each request. No socket here, and no module: see key_source.h.
#pragma once

#include <memory>
#include <string>

#include "tlscore/base/unique_fd.h"
#include "tlscore/token/key_source.h"
#include "tlscore/token/signer_messages.h"

namespace tlscore::token {

/// Answers requests one after the other, blocking for as long as module or person need. Loads one module in
/// its life and opens one token.
class SignerService {
 public:
  SignerService(PersonAccess person, KeySourceMaker make_source)
      : m_person(std::move(person)), m_make_source(std::move(make_source)) {}

  /// The answer, a Failure included. `terminal` is what came along with a Login. A message that is no request
  /// is answered by a Failure with Malformed.
  [[nodiscard]] Message answer(const Message& request, UniqueFd terminal);

 private:
  Result<Message> handle(const ListTokens& request);
  Result<Message> handle(const Open& request);
  Result<Message> handle(const ListKeys& request);
  Result<Message> handle(const Login& request);
  Result<Message> handle(const Sign& request);
  Result<Message> handle(const Logout& request);
  Result<Message> handle(const MakeSoftToken& request);
  template <class NoRequest>
  Result<Message> handle(const NoRequest& /*unexpected*/) {
    return fail(ErrorKind::Malformed, "the signer got a message that is no request");
  }

  Result<void> load(const std::string& module);
  Result<void> require_source() const;

  PersonAccess m_person;
  KeySourceMaker m_make_source;
  int m_terminal_fd = -1;  ///< Lent by `answer` for the time of one request.
  std::string m_module_name;
  std::unique_ptr<KeySource> m_source;
};

}  // namespace tlscore::token
