// A server's tickets that are handles into a table (ticket_table.h): the library's callbacks, which are a
// connection's own.
#include <algorithm>

#include "tlscore/base/secret.h"
#include "tlscore/tls/engine_state.h"
#include "tlscore/x509/random.h"

namespace tlscore::tls {
namespace {

constexpr std::size_t kMaxSessionBytes = 4096;  // without certificates, about 200

void wipe_bytes(Bytes& octets) {
  wipe({reinterpret_cast<char*>(octets.data()), octets.size()});
  octets.clear();
}

/// The session as the library writes it, without the peer's certificate: the table has that in its own way,
/// and an OpenPGP one is not there for the library to write. Empty if it cannot be written.
Bytes written(const mbedtls_ssl_session& session) {
  auto& its = const_cast<mbedtls_ssl_session&>(session);
  mbedtls_x509_crt* const certificate = std::exchange(its.peer_cert, nullptr);
  Bytes octets(kMaxSessionBytes);
  std::size_t size = 0;
  const int result = mbedtls_ssl_session_save(&session, octets.data(), octets.size(), &size);
  its.peer_cert = certificate;
  if (result != 0) wipe_bytes(octets);
  octets.resize(std::min(size, octets.size()));
  return octets;
}

}  // namespace

/// What a ticket is to stand for; null where it shall stand for nothing: a client that has shown nothing, and
/// may have something to show the next time; TLS 1.2 without extended master secret (RFC 7627, section 5.4).
std::shared_ptr<const ShownByClient> Engine::State::client_to_remember() {
  if (is_tls12() && latchkey_ssl_extended_master_secret(ssl.get()) == 0) return nullptr;
  if (negotiated.resumed) return remembered;
  auto key = peer_key();
  if (!key) return nullptr;
  return std::make_shared<const ShownByClient>(
      ShownByClient{.chain = peer_chain(), .openpgp = handshake.openpgp.peer_body, .key = std::move(*key)});
}

int Engine::State::write_ticket(void* self, const mbedtls_ssl_session* session, unsigned char* start,
                                const unsigned char* end, std::size_t* size,
                                std::uint32_t* lifetime) noexcept {
  auto& state = *static_cast<State*>(self);
  TicketTable& table = *state.ticket_table;
  if (end - start < static_cast<std::ptrdiff_t>(TicketTable::kHandleBytes)) {
    return MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL;
  }
  // The library has announced a ticket by now. A handle that stands for nothing is one that has expired.
  Bytes handle = x509::random_bytes(TicketTable::kHandleBytes);
  if (auto client = state.client_to_remember()) {
    Bytes octets = written(*session);
    if (!octets.empty()) handle = table.keep(state.ticket_scope, std::move(octets), std::move(client));
  }
  std::ranges::copy(handle, start);
  *size = handle.size();
  *lifetime = static_cast<std::uint32_t>(table.lifetime().count());
  return 0;
}

int Engine::State::read_ticket(void* self, mbedtls_ssl_session* session, unsigned char* handle,
                               std::size_t size) noexcept {
  auto& state = *static_cast<State*>(self);
  const TicketTable::Entry* const entry = state.ticket_table->find({handle, size}, state.ticket_scope);
  if (entry == nullptr) return MBEDTLS_ERR_SSL_INVALID_MAC;
  if (mbedtls_ssl_session_load(session, entry->session.data(), entry->session.size()) != 0 ||
      session->tls_version != state.ssl.get()->tls_version) {
    return MBEDTLS_ERR_SSL_SESSION_TICKET_EXPIRED;
  }
  state.remembered = entry->client;
  return 0;
}

void Engine::State::serve_tickets(const ServerSettings& settings) {
  ticket_table = settings.ticket_table;
  ticket_scope = settings.ticket_scope;
  allow_resumption();
  mbedtls_ssl_conf_session_tickets_cb(config.get(), write_ticket, read_ticket, this);
}

Result<void> Engine::State::note_server_resumption() {
  if (!remembered || negotiated.resumed || latchkey_ssl_server_resumes(ssl.get()) == 0) return {};
  negotiated.resumed = true;
  if (!is_tls12() || latchkey_ssl_extended_master_secret(ssl.get()) != 0) return {};
  // RFC 7627, section 5.3: the session had it, or it would not be in the table.
  static_cast<void>(mbedtls_ssl_send_alert_message(ssl.get(), MBEDTLS_SSL_ALERT_LEVEL_FATAL,
                                                   MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE));
  return fail(ErrorKind::Refused,
              "it resumes a session of TLS 1.2 without extended master secret (RFC 7627)");
}

std::vector<x509::Certificate> Engine::State::peer_chain() {
  if (negotiated.resumed && remembered) return remembered->chain;
  std::vector<x509::Certificate> chain;
  for (const mbedtls_x509_crt* node = latchkey_ssl_peer_chain(ssl.get()); node != nullptr;
       node = node->next) {
    auto certificate = x509::Certificate::parse_der({node->raw.p, node->raw.len});
    if (!certificate) break;
    chain.push_back(std::move(*certificate));
  }
  return chain;
}

std::optional<x509::PublicKey> Engine::State::peer_key() {
  if (negotiated.resumed && remembered) return remembered->key;
  if (handshake.openpgp.in_use()) return handshake.openpgp.peer_key;
  const auto chain = peer_chain();
  return chain.empty() ? std::nullopt : std::optional(chain.front().public_key());
}

}  // namespace tlscore::tls
