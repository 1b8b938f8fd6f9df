// The life of `latchkey gate`: one gate, the tokens of its keys, signals in, and everything ended at the end.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "proxy/gate.h"
#include "proxy/machine_tokens.h"
#include "tlscore/base/signal_watch.h"
#include "tlscore/token/terminal.h"

namespace proxy {

class GateRun {
 public:
  /// Listens. Where a key is on a token, `config_file`, or the user's own configuration, says how tokens are
  /// reached, and how a PIN is got: "terminal" is the one that the gate was started on, and a PIN is always
  /// asked for when the token comes, never because of a client. Fails as find_config, Gate::start and
  /// MachineTokens::start do.
  ///
  /// Judgements are shared through the memcached servers of `cache`, if it has any; fails as
  /// make_outcome_cache.
  static tlscore::Result<std::unique_ptr<GateRun>> create(GateConfig config, CacheConfig cache,
                                                          const std::string& config_file);
  GateRun(const GateRun&) = delete;
  GateRun& operator=(const GateRun&) = delete;

  [[nodiscard]] const SocketAddress& address() const { return m_gate->address(); }

  /// Until SIGTERM or SIGINT. SIGHUP has all files read again, and asks for the PINs of tokens that are in
  /// and not armed.
  void run();

 private:
  GateRun(GateConfig config, CacheConfig cache);
  [[nodiscard]] tlscore::Result<std::shared_ptr<tlscore::judge::OutcomeCache>> make_outcomes();
  tlscore::Result<void> open_tokens(const std::string& config_file);
  void reload();
  void unlock();
  void stop();
  void on_signal(int number);

  GateConfig m_config;
  CacheConfig m_cache;
  tlscore::token::TerminalState m_terminal;  ///< A signer that is killed cannot put it back in order.
  std::unique_ptr<tlscore::EventLoop> m_loop;
  tlscore::Cancel m_unlocking;
  std::unique_ptr<MachineTokens> m_tokens;  ///< Null: every key is in a file.
  std::unique_ptr<Gate> m_gate;
  tlscore::SignalWatch m_signals;
  bool m_stopping = false;
};

}  // namespace proxy
