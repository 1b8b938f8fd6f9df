// The rule `unix:/path`: a server at a UNIX socket decides.
#pragma once

#include "tlscore/judge/authorization_hook.h"

namespace tlscore::judge {

/// A connection for each question: one line is written, one is read (authorization_json.h).
class AuthorizationSocket final : public AuthorizationHook {
 public:
  AuthorizationSocket(EventLoop& loop, std::string text, std::string path)
      : AuthorizationHook(loop, std::move(text)), m_path(std::move(path)) {}

 protected:
  [[nodiscard]] Task<Result<HookAnswer>> ask_now(const std::string& line, Cancel& cancel) override;
  [[nodiscard]] std::string generation() const override { return {}; }

 private:
  std::string m_path;
};

}  // namespace tlscore::judge
