// The keys under which our servers seal TLS tickets: who presents one resumes what it holds.
#pragma once

#include <chrono>
#include <memory>

#include "tlscore/base/result.h"

struct mbedtls_ssl_config;

namespace tlscore::tls {

/// Shared by the connections of one server. The keys are random, change by themselves, and are wiped at the
/// end; nothing sealed outlives them.
class TicketKeys {
 public:
  /// Tickets are good for `lifetime`, at most seven days (RFC 8446, section 4.6.1). Fails with Internal.
  static Result<std::shared_ptr<TicketKeys>> create(std::chrono::seconds lifetime);
  ~TicketKeys();
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

  /// Makes a server's connections give out and take tickets. These keys have to outlive the settings.
  void serve(mbedtls_ssl_config& config);

 private:
  struct Data;
  explicit TicketKeys(std::unique_ptr<Data> data);

  std::unique_ptr<Data> m_data;
};

}  // namespace tlscore::tls
