// Two engines and the wire between them, for tests.
#pragma once

#include "tlscore/tls/engine.h"

namespace tlscore::tls {

class TlsPair {
 public:
  /// What the server is set to; its certificate is made here.
  struct ServerOptions {
    bool ask_for_certificate = false;
    std::vector<std::string> alpn{};
    std::shared_ptr<TicketKeys> tickets{};
    std::shared_ptr<TicketTable> ticket_table{};
    std::string ticket_scope{};
    Bytes openpgp{};  ///< The body of its OpenPGP Certificate message; it then takes the client's, too.
    bool has_x509 = true;
    bool knows_openpgp = false;     ///< Takes OpenPGP certificates even if it has none itself.
    bool key_is_elsewhere = false;  ///< Its signatures are waited for.
    Version lowest = Version::Tls12;
    Version highest = Version::Tls13;
    std::shared_ptr<x509::PrivateKey> key{};         ///< Its own; null: one is made.
    std::shared_ptr<x509::PrivateKey> client_key{};  ///< The client's.
  };

  TlsPair(const ClientSettings& client, const ServerOptions& server);

  /// Lets both go on until neither can; what the client wants then (Input: it has failed, or waits in vain).
  Wants run_client();
  void run_server();
  /// Carries what lies on either side's output to the other's input.
  void carry();
  bool carries_text_both_ways();

  [[nodiscard]] Engine& client() { return *m_client; }
  [[nodiscard]] Engine& server() { return *m_server; }
  [[nodiscard]] const std::optional<Error>& server_error() const { return m_server_error; }
  [[nodiscard]] const x509::Certificate& server_certificate() const { return *m_server_certificate; }
  [[nodiscard]] const x509::Certificate& client_certificate() const { return *m_client_certificate; }
  [[nodiscard]] x509::PrivateKey& client_key() { return *m_client_key; }
  [[nodiscard]] x509::PublicKey server_public_key() const { return m_server_key->public_key(); }
  /// What the server waits for, if it does.
  [[nodiscard]] std::optional<Wants> server_wants() const { return m_server_wants; }
  /// With its own key, for what it waits for.
  void sign_for_server() { m_server->give_signature(*m_server_key->sign(m_server->signature_request())); }
  [[nodiscard]] std::shared_ptr<const Identity> identity() const { return m_identity; }

 private:
  std::shared_ptr<x509::PrivateKey> m_server_key;
  std::shared_ptr<x509::PrivateKey> m_client_key;
  std::optional<x509::Certificate> m_server_certificate;
  std::optional<x509::Certificate> m_client_certificate;
  std::shared_ptr<const Identity> m_identity;
  std::unique_ptr<Engine> m_client;
  std::unique_ptr<Engine> m_server;
  std::optional<Error> m_server_error;
  std::optional<Wants> m_server_wants;
};

}  // namespace tlscore::tls
