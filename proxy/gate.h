// A gate: the server side, which lets in who proves to be somebody, and forwards to a backend on this
// machine.
#pragma once

#include <memory>

#include "proxy/gate_listener.h"
#include "proxy/gate_settings.h"
#include "proxy/live_connections.h"
#include "tlscore/tls/ticket_table.h"

namespace proxy {

/// Listens from its creation on. Loop's thread only; the loop outlives it, and so does it every connection:
/// stop() it and let the loop's tasks end before it goes.
class Gate {
 public:
  static constexpr std::size_t kMaxConnections = 2000;
  /// A client's session is resumed for so long; it is judged anew, by what it had shown, each time.
  static constexpr std::chrono::hours kTicketLifetime{1};

  /// Reads the files and listens. Fails as GateSettings::create and GateListener::start do.
  static tlscore::Result<std::unique_ptr<Gate>> start(tlscore::EventLoop& loop, GateConfig config);

  /// The address it listens at, with the port that the kernel chose.
  [[nodiscard]] const SocketAddress& address() const { return m_address; }
  [[nodiscard]] const GateConfig& config() const { return m_settings->config(); }
  [[nodiscard]] const LiveConnections& connections() const { return m_connections; }

  /// New connections are served by these from now on; those that live go on as they began. `listen` has to
  /// be the same.
  void use(std::shared_ptr<GateSettings> settings) { m_settings = std::move(settings); }

  /// Accepts nobody any more; connections go on.
  void close_port() { m_listener.reset(); }
  /// Accepts nobody any more, and ends every connection.
  void stop();

 private:
  Gate(tlscore::EventLoop& loop, std::shared_ptr<GateSettings> settings)
      : m_loop(loop),
        m_settings(std::move(settings)),
        m_tickets(std::make_shared<tlscore::tls::TicketTable>(kTicketLifetime)) {}
  void accept(tlscore::UniqueFd fd);
  tlscore::Task<void> serve(tlscore::UniqueFd fd);

  tlscore::EventLoop& m_loop;
  std::shared_ptr<GateSettings> m_settings;
  LiveConnections m_connections;
  std::shared_ptr<tlscore::tls::TicketTable> m_tickets;
  SocketAddress m_address;
  std::unique_ptr<GateListener> m_listener;
};

}  // namespace proxy
