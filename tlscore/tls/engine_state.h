// What stands behind an Engine, and how it is set up: for engine.cc, and nobody else.
#pragma once

#include <mbedtls/ssl.h>

#include "tlscore/base/c_handle.h"
#include "tlscore/tls/engine.h"
#include "tlscore/tls/handshake_state.h"
#include "tlscore/tls/octet_queue.h"
#include "tlscore/tls/session.h"
#include "tlscore/tls/shown_credential.h"
#include "tlscore/tls/ssl_internals.h"
#include "tlscore/tls/ticket_keys.h"
#include "tlscore/tls/ticket_table.h"

namespace tlscore::tls {

using SslContext = CValue<mbedtls_ssl_context, mbedtls_ssl_init, mbedtls_ssl_free>;
using SslConfig = CValue<mbedtls_ssl_config, mbedtls_ssl_config_init, mbedtls_ssl_config_free>;

[[nodiscard]] mbedtls_ssl_protocol_version library_version(Version version);

/// In the order of creation: the library's connection points to everything before it.
struct Engine::State {
  SslConfig config;
  std::vector<std::string> alpn;
  std::vector<const char*> alpn_pointers;
  std::shared_ptr<const ServerCredential> credential;  ///< Server.
  std::unique_ptr<ShownCredential> shown_credential;   ///< Server.
  bool takes_openpgp = false;                          ///< Server.
  std::shared_ptr<TicketKeys> tickets;
  std::shared_ptr<TicketTable> ticket_table;
  std::string ticket_scope;
  std::shared_ptr<const ShownByClient> remembered;  ///< Of the ticket that the client presented.
  std::shared_ptr<const Identity> identity;
  std::vector<mbedtls_x509_crt> identity_chain;
  latchkey_ssl_shown shown{};
  HandshakeState handshake;
  SslContext ssl;

  bool is_client = true;
  bool judged = false;
  bool peer_closed = false;
  OctetQueue input;
  bool input_ended = false;
  OctetQueue output;
  Negotiated negotiated;
  bool resumable = false;
  bool session_offered = false;
  bool extended_master_secret = false;  ///< TLS 1.2.
  SessionTaker take_session;

  Result<void> configure(int endpoint, const std::vector<std::string>& protocols);
  Result<void> configure_server(const ServerSettings& settings);
  Result<void> configure_client(const ClientSettings& settings);
  /// Tickets, and in TLS 1.3 the key exchange that resumes with fresh keys: never without (RFC 8446,
  /// section 2.2).
  void allow_resumption();
  Result<void> connect();
  void serve_tickets(const ServerSettings& settings);
  [[nodiscard]] std::shared_ptr<const ShownByClient> client_to_remember();
  /// As Engine has them.
  [[nodiscard]] std::vector<x509::Certificate> peer_chain();
  [[nodiscard]] std::optional<x509::PublicKey> peer_key();
  /// Server: what is shown for the ClientHello that was read; 0, or an error code of the library's.
  int show_credential();
  /// After each step of the handshake: what there is to be said of resuming. Fails with Refused.
  Result<void> note_resumption();
  Result<void> note_server_resumption();
  void hand_over_session();
  void note_negotiated();
  [[nodiscard]] bool is_tls12() { return ssl.get()->tls_version == MBEDTLS_SSL_VERSION_TLS1_2; }
  [[nodiscard]] bool waits_for_judgement() {
    return is_client && !judged && !negotiated.resumed && ssl.get()->state == MBEDTLS_SSL_CLIENT_CERTIFICATE;
  }

  static int send(void* self, const unsigned char* octets, std::size_t size) noexcept;
  static int write_ticket(void* self, const mbedtls_ssl_session* session, unsigned char* start,
                          const unsigned char* end, std::size_t* size, std::uint32_t* lifetime) noexcept;
  static int read_ticket(void* self, mbedtls_ssl_session* session, unsigned char* handle,
                         std::size_t size) noexcept;
  static int receive(void* self, unsigned char* into, std::size_t room) noexcept;
};

}  // namespace tlscore::tls
