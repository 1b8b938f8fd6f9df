// A gate: the server side, which lets in who proves to be somebody, and forwards to a backend on this
// machine.
#pragma once

#include <memory>

#include "proxy/gate_listener.h"
#include "proxy/gate_settings.h"
#include "proxy/live_connections.h"
#include "proxy/tokens.h"
#include "tlscore/base/log_limit.h"
#include "tlscore/tls/ticket_table.h"

namespace proxy {

/// Listens from its creation on. Loop's thread only; the loop outlives it, and so does it every connection:
/// stop() it and let the loop's tasks end before it goes.
class Gate {
 public:
  static constexpr std::size_t kMaxConnections = 2000;
  /// A client's session is resumed for so long; it is judged anew, by what it had shown, each time.
  static constexpr std::chrono::hours kTicketLifetime{1};

  /// Reads the files and listens. `tokens` may hold keys of the gate's, and outlives it; null: none does.
  /// `outcomes` as for GateSettings::create. Fails as GateSettings::create and GateListener::start do.
  static tlscore::Result<std::unique_ptr<Gate>> start(
      tlscore::EventLoop& loop, GateConfig config, const Tokens* tokens = nullptr,
      std::shared_ptr<tlscore::judge::OutcomeCache> outcomes = nullptr);

  /// The address it listens at, with the port that the kernel chose.
  [[nodiscard]] const SocketAddress& address() const { return m_address; }
  [[nodiscard]] const GateConfig& config() const { return m_settings->config(); }
  [[nodiscard]] const LiveConnections& connections() const { return m_connections; }
  /// See LiveConnections::abort_one.
  bool abort_one(std::uint64_t id, const tlscore::Error& why) { return m_connections.abort_one(id, why); }
  /// For new connections.
  [[nodiscard]] const GateSettings& settings() const { return *m_settings; }

  /// New connections are served by these from now on; those that live go on as they began. `listen` has to
  /// be the same.
  void use(std::shared_ptr<GateSettings> settings) { m_settings = std::move(settings); }

  /// Ends the connections that this token signed for, and forgets all sessions: to be called within the call
  /// that disarms it.
  void token_left(const ArmedToken& token, const tlscore::Error& why);

  /// Accepts nobody any more; connections go on.
  void close_port() { m_listener.reset(); }
  /// Accepts nobody any more, and ends every connection.
  void stop();

 private:
  Gate(tlscore::EventLoop& loop, std::shared_ptr<GateSettings> settings, const Tokens* tokens)
      : m_loop(loop),
        m_tokens(tokens),
        m_settings(std::move(settings)),
        m_tickets(std::make_shared<tlscore::tls::TicketTable>(kTicketLifetime)) {}
  void accept(tlscore::UniqueFd fd);
  tlscore::Task<void> serve(tlscore::UniqueFd fd);

  tlscore::EventLoop& m_loop;
  const Tokens* m_tokens;
  std::shared_ptr<GateSettings> m_settings;
  LiveConnections m_connections;
  tlscore::LogLimit m_log_of_crowd;
  tlscore::LogLimit m_log_of_failures;
  tlscore::LogLimit m_log_of_clients;
  std::shared_ptr<tlscore::tls::TicketTable> m_tickets;
  SocketAddress m_address;
  std::unique_ptr<GateListener> m_listener;
};

}  // namespace proxy
