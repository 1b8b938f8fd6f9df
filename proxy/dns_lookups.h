// The lookups that `[dns]` of the configuration asks for: whom they ask, what they believe, what they leave
// out.
#pragma once

#include <memory>

#include "proxy/config.h"
#include "tlscore/base/event_loop.h"
#include "tlscore/dns/client.h"
#include "tlscore/dns/tlsa_search.h"

namespace proxy {

/// The name servers that are asked: those of `servers`, else those of resolv.conf at each call. Fails with
/// Malformed where one of `servers` is no address.
[[nodiscard]] tlscore::Result<tlscore::dns::ServerSource> name_servers(
    const DnsConfig& config, const std::string& resolv_conf = "/etc/resolv.conf");

/// Makes the lookups alone, for questions that no party asks. As make_dns_lookups.
[[nodiscard]] tlscore::Result<std::unique_ptr<tlscore::dns::Lookups>> make_lookups(
    const DnsConfig& config, tlscore::EventLoop& loop, const std::string& resolv_conf = "/etc/resolv.conf");

/// Makes them. `dnssec = "validate"` reads the trust anchor; "resolver" believes the resolver instead.
/// Without `servers`, resolv.conf is read at each question. Names of `insecure` zones, of `hosts` and of
/// /etc/hosts are answered Insecure, and not asked for TLSA. `loop` outlives what is returned; that outlives
/// every find().
///
/// Fails as load_trust_anchor does, and with Refused where the resolver is to be believed and a server is not
/// on loopback. Whoever goes on in spite of that has no DNSSEC, and has to treat every lookup as unreachable.
[[nodiscard]] tlscore::Result<std::shared_ptr<tlscore::dns::TlsaSearch>> make_dns_lookups(
    const DnsConfig& config, tlscore::EventLoop& loop, const std::string& resolv_conf = "/etc/resolv.conf");

}  // namespace proxy
