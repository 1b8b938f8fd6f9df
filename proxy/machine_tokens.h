// The tokens of this machine that a `[token]` section speaks of: found, watched, and opened.
//
// For whoever runs for long, the daemon and a gate; commands that look once do without.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "proxy/config.h"
#include "proxy/token_watch.h"
#include "proxy/tokens.h"

namespace proxy {

/// Loop's thread only, and the loop outlives it. Destroying it kills the signers; tasks that it started have
/// to end before.
class MachineTokens {
 public:
  struct Callbacks {
    Tokens::OnDisarmed disarmed;      ///< See Tokens.
    std::function<void()> plugged{};  ///< A token came, and is being opened; may be empty.
  };

  /// Nothing is looked for before start(). `state_folder` is as token_settings takes it; `how_to_unlock` is
  /// what people are told to do.
  MachineTokens(tlscore::EventLoop& loop, TokenConfig config, std::string state_folder, Callbacks callbacks,
                std::string how_to_unlock = "run `latchkey unlock`");
  MachineTokens(const MachineTokens&) = delete;
  MachineTokens& operator=(const MachineTokens&) = delete;

  [[nodiscard]] Tokens& tokens() { return m_tokens; }

  /// From now on tokens come and go. The software token is made if need be, and there from then on, as is one
  /// of which nobody tells. Fails as TokenWatch::start does.
  tlscore::Result<void> start();
  /// None comes any more.
  void stop();
  /// While the user is away no token is in, whichever is plugged in: it leaves now, and comes when he is
  /// back.
  void set_away(bool away);

 private:
  [[nodiscard]] std::vector<TokenPlace> here() const;
  void plugged(const TokenPlace& place);
  tlscore::Task<void> open_soft_token();
  tlscore::Result<void> watch();

  tlscore::EventLoop& m_loop;
  TokenConfig m_config;
  std::string m_state_folder;
  std::function<void()> m_plugged;
  Tokens m_tokens;
  std::unique_ptr<TokenWatch> m_watch;
  std::vector<TokenPlace> m_unwatched;  ///< Of which nobody tells.
  bool m_away = false;
  bool m_stopped = false;
};

}  // namespace proxy
