// One connection after the other, from accept to its end.
#include "proxy/gate.h"

#include "proxy/gate_session.h"
#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;

Result<std::unique_ptr<Gate>> Gate::start(EventLoop& loop, GateConfig config, const Tokens* tokens,
                                          std::shared_ptr<judge::OutcomeCache> outcomes) {
  auto settings = TRY(GateSettings::create(loop, std::move(config), std::move(outcomes)));
  std::unique_ptr<Gate> gate(new Gate(loop, std::move(settings), tokens));
  Gate& self = *gate;
  gate->m_listener = TRY(
      GateListener::start(loop, gate->config().listen, [&self](UniqueFd fd) { self.accept(std::move(fd)); }));
  gate->m_address = gate->m_listener->address();
  return gate;
}

void Gate::stop() {
  m_listener.reset();
  m_connections.abort_all({ErrorKind::Cancelled, "the gate ends"});
}

void Gate::token_left(const ArmedToken& token, const Error& why) {
  constexpr bool kIsLast = false;  // none of them waits for just any token
  m_connections.abort_bound_to(token, kIsLast, why);
  m_tickets->forget();
}

void Gate::accept(UniqueFd fd) {
  if (m_connections.size() >= kMaxConnections) {
    m_log_of_crowd.log(LogLevel::Warning, "gate: a client was turned away, because there are " +
                                              std::to_string(kMaxConnections) + " connections");
    return;
  }
  spawn(m_loop, serve(std::move(fd)));
}

Task<void> Gate::serve(UniqueFd fd) {
  auto from = SocketAddress::peer_of(fd.get());
  auto to = SocketAddress::local_of(fd.get());
  auto socket = Socket::adopt(m_loop, std::move(fd));
  if (!from || !to || !socket) co_return;
  LiveConnection live;
  const LiveConnections::Membership membership(m_connections, live);
  const LiveConnection::ClosesWith closes(live, **socket);
  live.asked_by = "gate";
  live.party = from->text();
  GateSession session{.loop = m_loop,
                      .tickets = m_tickets,
                      .settings = m_settings,
                      .tokens = m_tokens,
                      .live = live,
                      .log_of_clients = m_log_of_clients,
                      .from = *from,
                      .to = *to};
  auto served = co_await accept_gate_tls(session, std::move(*socket));
  if (served && session.settings->config().forwarding == GateForwarding::Http) {
    served = co_await serve_gate_http(session);
  } else if (served) {
    served = co_await serve_gate_octets(session);
  }
  if (served) co_return;
  if (served.error().kind == ErrorKind::Refused || served.error().kind == ErrorKind::Disarmed) {
    m_connections.refused("the gate's client " + live.party, served.error().message);
  } else {
    m_log_of_failures.log(LogLevel::Info, "gate: " + live.party + ": " + served.error().message);
  }
}

}  // namespace proxy
