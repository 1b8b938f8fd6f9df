// The rule `exec:/path`: a program decides.
#pragma once

#include "tlscore/judge/authorization_hook.h"

namespace tlscore::judge {

/// The program is started for each question, without arguments and without a shell. It finds the question on
/// its standard input (authorization_json.h), and ends with status 0 for allow and 1 for deny. Any other end
/// is an error, which denies. It may write a JSON object to its standard output, with `ttl` and `reason`;
/// other output counts nothing. What it writes to standard error goes to the log when it fails.
///
/// Who writes more than kMaxOutputBytes to either, or takes longer than kLimit, is killed, with all that it
/// has started.
class AuthorizationExec final : public AuthorizationHook {
 public:
  static constexpr std::size_t kMaxOutputBytes = std::size_t{16} << 10U;

  AuthorizationExec(EventLoop& loop, std::string text, std::string path)
      : AuthorizationHook(loop, std::move(text)), m_path(std::move(path)) {}

 protected:
  [[nodiscard]] Task<Result<HookAnswer>> ask_now(const std::string& line, Cancel& cancel) override;
  [[nodiscard]] std::string generation() const override;

 private:
  std::string m_path;
};

}  // namespace tlscore::judge
