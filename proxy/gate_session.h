// What the steps of one gate connection share.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "proxy/gate_client.h"
#include "proxy/gate_settings.h"
#include "proxy/live_connections.h"
#include "proxy/socket_address.h"
#include "proxy/tokens.h"
#include "tlscore/base/socket.h"
#include "tlscore/judge/assessor.h"
#include "tlscore/tls/tls_stream.h"

namespace proxy {

/// Lives in the frame of serve_gate_client(), whose parts refer to it.
struct GateSession {
  tlscore::EventLoop& loop;
  std::shared_ptr<tlscore::tls::TicketTable> tickets;
  std::shared_ptr<GateSettings> settings;  ///< Those of the connection's beginning.
  const Tokens* tokens;                    ///< That hold keys of the gate's; null: none does.
  LiveConnection& live;
  tlscore::LogLimit& log_of_clients;  ///< Of those that were let in.
  SocketAddress from;                 ///< The client's end.
  SocketAddress to;                   ///< Ours.

  std::optional<std::string> server_name{};   ///< From the ClientHello, in the spelling of authority.h.
  const GateServerIdentity* shown = nullptr;  ///< Who the gate was to this client; never null after TLS.
  std::shared_ptr<const tlscore::tls::ServerCredential> credential{};       ///< What it showed of that one.
  std::string why_limited{};                                                ///< See GateCredential.
  std::unique_ptr<tlscore::tls::TlsStream> stream{};                        ///< Never null after TLS.
  tlscore::judge::Presented presented{.host = {}, .chain = {}, .now = {}};  ///< What the client showed.
  bool told{};               ///< In the log, that it was let in.
  std::string why_denied{};  ///< The last time that it was: by which rule, for the log.
  GateClient client{};       ///< Who it was found to be.
  std::string crls{};        ///< What lists said then (PartyTrust::crls_state).
};

/// Accepts TLS: reads the ClientHello, chooses the identity, runs the handshake, judges the client. Fails
/// with Refused for a name that is none of the gate's, with Disarmed while the key is on no token that is
/// armed, with TimedOut, or as the handshake does; an alert has gone out where one is due. Where a token
/// signed, the connection is bound to it.
[[nodiscard]] tlscore::Task<tlscore::Result<void>> accept_gate_tls(GateSession& session,
                                                                   std::unique_ptr<tlscore::Socket> socket);

/// Whether the client may pass now. Judges it anew where the last finding has expired, or CRLs have changed.
[[nodiscard]] tlscore::Task<bool> authorize_gate_client(GateSession& session);

/// Serves requests until the connection ends.
[[nodiscard]] tlscore::Task<tlscore::Result<void>> serve_gate_http(GateSession& session);

/// Tells the backend who comes, by the PROXY protocol, and relays octets until both sides have ended.
[[nodiscard]] tlscore::Task<tlscore::Result<void>> serve_gate_octets(GateSession& session);

}  // namespace proxy
