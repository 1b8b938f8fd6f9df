// mbedTLS's session, cut to what resuming needs.
#include "tlscore/tls/session.h"

#include <mbedtls/ssl.h>

#include <algorithm>
#include <utility>

namespace tlscore::tls {
namespace {

bool can_be_resumed(const mbedtls_ssl_session& session) {
  if (session.ticket_len > Session::kMaxTicketBytes) return false;
  if (session.ticket_len > 0) return true;
  return session.tls_version == MBEDTLS_SSL_VERSION_TLS1_2 && session.id_len > 0;
}

/// In TLS 1.2 a ticket without a lifetime says nothing of it (RFC 5077, section 3.3).
std::chrono::seconds lifetime(const mbedtls_ssl_session& session) {
  const std::chrono::seconds told(session.ticket_lifetime);
  const bool says = session.ticket_len > 0 && told.count() > 0;
  return says ? std::min<std::chrono::seconds>(told, Session::kMaxLifetime) : Session::kMaxLifetime;
}

}  // namespace

void Session::Wipe::operator()(mbedtls_ssl_session* session) const noexcept {
  mbedtls_ssl_session_free(session);
  delete session;
}

Session::Session(Data data)
    : m_data(std::move(data)),
      m_single_use(m_data->tls_version == MBEDTLS_SSL_VERSION_TLS1_3),
      m_expires(std::chrono::steady_clock::now() + lifetime(*m_data)) {}

Session::~Session() = default;

std::shared_ptr<const Session> Session::take_from(mbedtls_ssl_context& ssl) {
  if (ssl.session == nullptr) return nullptr;
  Data data(new mbedtls_ssl_session);
  mbedtls_ssl_session_init(data.get());
  // The judgement keeps what it needs of the peer's certificate; resuming needs nothing of it. The library
  // would copy it by reading it again, and an OpenPGP one is not there for it to read.
  mbedtls_x509_crt* const certificate = std::exchange(ssl.session->peer_cert, nullptr);
  const int copied = mbedtls_ssl_get_session(&ssl, data.get());
  ssl.session->peer_cert = certificate;
  if (copied != 0 || !can_be_resumed(*data)) return nullptr;
  return std::shared_ptr<const Session>(new Session(std::move(data)));
}

bool Session::offer_to(mbedtls_ssl_context& ssl) const {
  const bool allowed =
      m_data->tls_version >= ssl.conf->min_tls_version && m_data->tls_version <= ssl.conf->max_tls_version;
  return allowed && mbedtls_ssl_set_session(&ssl, m_data.get()) == 0;
}

}  // namespace tlscore::tls
