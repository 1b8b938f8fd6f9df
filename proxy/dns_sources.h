// Who is asked about names: what the assessor "dane" of every party asks, and who knows addresses.
#pragma once

#include <memory>
#include <string>

#include "proxy/config.h"
#include "tlscore/base/event_loop.h"
#include "tlscore/dns/tlsa_search.h"
#include "tlscore/judge/dane_assessor.h"

namespace proxy {

struct DnsSources {
  tlscore::judge::DaneRules dane;
  /// Who knows addresses, where `dns.servers` is written; null: the system is asked.
  std::shared_ptr<tlscore::dns::TlsaSearch> addresses{};
};

/// Lookups as `[dns]` says, and the servers whose records were seen in the last 30 days (`seen`). Where there
/// is nothing to validate with, the log says so, and every lookup is unreachable: a party that needs DANE is
/// refused then, and addresses are the system's. Fails with Refused where a resolver is to be believed that
/// is not on loopback.
[[nodiscard]] tlscore::Result<DnsSources> make_dns_sources(const DnsConfig& config, tlscore::EventLoop& loop,
                                                           std::shared_ptr<tlscore::judge::SeenTlsa> seen);

}  // namespace proxy
