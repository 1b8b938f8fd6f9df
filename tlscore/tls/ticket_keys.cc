// mbedTLS's own tickets.
#include "tlscore/tls/ticket_keys.h"

#include <mbedtls/ssl_ticket.h>

#include "tlscore/base/c_handle.h"
#include "tlscore/x509/random.h"

namespace tlscore::tls {

struct TicketKeys::Data {
  CValue<mbedtls_ssl_ticket_context, mbedtls_ssl_ticket_init, mbedtls_ssl_ticket_free> context;
};

TicketKeys::TicketKeys(std::unique_ptr<Data> data) : m_data(std::move(data)) {}
TicketKeys::~TicketKeys() = default;

Result<std::shared_ptr<TicketKeys>> TicketKeys::create(std::chrono::seconds lifetime) {
  TRY(x509::init_crypto());
  auto data = std::make_unique<Data>();
  if (mbedtls_ssl_ticket_setup(data->context.get(), x509::random, nullptr, MBEDTLS_CIPHER_AES_256_GCM,
                               static_cast<std::uint32_t>(lifetime.count())) != 0) {
    return fail(ErrorKind::Internal, "keys for TLS tickets cannot be made");
  }
  return std::shared_ptr<TicketKeys>(new TicketKeys(std::move(data)));
}

void TicketKeys::serve(mbedtls_ssl_config& config) {
  mbedtls_ssl_conf_session_tickets_cb(&config, mbedtls_ssl_ticket_write, mbedtls_ssl_ticket_parse,
                                      m_data->context.get());
}

}  // namespace tlscore::tls
