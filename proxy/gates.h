// The gates of one process: those of the configuration, through its reloads.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "proxy/gate.h"

namespace proxy {

/// Loop's thread only; the loop and the tokens outlive it. stop() it and let the loop's tasks end before it
/// goes.
class Gates {
 public:
  Gates(tlscore::EventLoop& loop, const Tokens& tokens) : m_loop(loop), m_tokens(tokens) {}

  /// What a new configuration needs: files read and ports opened, before anything is changed.
  class Prepared {
   private:
    friend class Gates;
    struct One {
      Gate* existing = nullptr;  ///< Goes on with `settings`.
      std::shared_ptr<GateSettings> settings;
      std::unique_ptr<Gate> started;  ///< Or a new one.
    };
    std::vector<One> m_all;
  };

  /// Gates that listen at the same address as before go on, with new settings for new connections. Fails as
  /// Gate::start does, naming the gate's address; then nothing has changed.
  tlscore::Result<Prepared> prepare(std::span<const GateConfig> configs,
                                    const std::shared_ptr<tlscore::judge::OutcomeCache>& outcomes);
  /// From now on these, and no others. A gate that is no longer there accepts nobody any more; its
  /// connections go on to their ends.
  void use(Prepared prepared);

  /// See Gate::token_left.
  void token_left(const ArmedToken& token, const tlscore::Error& why);

  /// When a connection that a token had signed for was last alive: now, while there is one.
  [[nodiscard]] std::chrono::steady_clock::time_point last_use() const;

  [[nodiscard]] const std::vector<std::unique_ptr<Gate>>& all() const { return m_gates; }
  void stop();

 private:
  tlscore::EventLoop& m_loop;
  const Tokens& m_tokens;
  std::vector<std::unique_ptr<Gate>> m_gates;
  std::vector<std::unique_ptr<Gate>> m_retired;  ///< With connections that live yet.
};

}  // namespace proxy
