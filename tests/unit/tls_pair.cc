// Makes the keys, carries the octets.
#include "tests/unit/tls_pair.h"

#include <gtest/gtest.h>

#include "tlscore/x509/self_signed.h"

namespace tlscore::tls {
namespace {

x509::Certificate certificate_for(x509::PrivateKey& key, const std::string& name, bool server) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return *x509::self_sign(key, {.common_name = name,
                                .key = key.public_key(),
                                .not_before = now - std::chrono::hours(1),
                                .not_after = now + std::chrono::hours(1),
                                .client_auth = !server,
                                .server_auth = server,
                                .dns_names = {name}});
}

std::shared_ptr<x509::PrivateKey> key_or_new(std::shared_ptr<x509::PrivateKey> key) {
  if (key) return key;
  return std::make_shared<x509::PrivateKey>(std::move(*x509::PrivateKey::generate_p256()));
}

}  // namespace

TlsPair::TlsPair(const ClientSettings& client, const ServerOptions& server)
    : m_server_key(key_or_new(server.key)),
      m_client_key(key_or_new(server.client_key)),
      m_server_certificate(certificate_for(*m_server_key, "party.example", true)),
      m_client_certificate(certificate_for(*m_client_key, "user", false)) {
  const ByteView der = m_client_certificate->der();
  m_identity = std::make_shared<const Identity>(
      Identity{{Bytes(der.begin(), der.end())}, m_client_key->public_key(), false});
  m_client = *Engine::create_client(client);
  ServerCredential credential = *ServerCredential::create({&*m_server_certificate, 1}, m_server_key);
  if (!server.has_x509) credential.identity.chain.clear();
  if (server.key_is_elsewhere) credential.key.reset();
  credential.identity.openpgp = server.openpgp;
  auto shown = std::make_shared<const ServerCredential>(std::move(credential));
  m_server = *Engine::create_server({.credential = std::move(shown),
                                     .alpn = server.alpn,
                                     .ask_for_certificate = server.ask_for_certificate,
                                     .takes_openpgp = server.knows_openpgp || !server.openpgp.empty(),
                                     .tickets = server.tickets,
                                     .ticket_table = server.ticket_table,
                                     .ticket_scope = server.ticket_scope,
                                     .lowest = server.lowest,
                                     .highest = server.highest});
}

void TlsPair::carry() {
  const auto move = [](Engine& from, Engine& to) {
    to.add_input(from.output());
    from.drop_output(from.output().size());
  };
  move(*m_client, *m_server);
  move(*m_server, *m_client);
}

void TlsPair::run_server() {
  carry();
  if (m_server_error) return;
  const auto wants = m_server->handshake();
  if (!wants) m_server_error = wants.error();
  m_server_wants = wants ? std::optional(*wants) : std::nullopt;
  carry();
}

Wants TlsPair::run_client() {
  Wants wants = Wants::Input;
  // A handshake takes at most this many turns; one that stands still ends here too.
  for (int turn = 0; turn < 8 && wants == Wants::Input; ++turn) {
    const auto result = m_client->handshake();
    if (!result) return Wants::Input;
    wants = *result;
    run_server();
  }
  return wants;
}

bool TlsPair::carries_text_both_ways() {
  const auto carries = [this](Engine& from, Engine& to) {
    const Bytes sent = to_bytes("some text");
    Bytes received(100);
    if (from.write(sent).value_or(0) != sent.size()) return false;
    carry();
    const auto count = to.read(received);
    if (!count || count->value_or(0) != sent.size()) return false;
    received.resize(sent.size());
    return received == sent;
  };
  return carries(*m_client, *m_server) && carries(*m_server, *m_client);
}

}  // namespace tlscore::tls
