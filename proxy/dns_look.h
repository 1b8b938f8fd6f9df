// What the name servers give away of themselves: who answers, and whether it can be proven. For `doctor`.
//
// Asked is the root alone: no name of a party's leaves the machine.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "proxy/config.h"
#include "tlscore/dns/security.h"

namespace proxy {

/// Long enough for a server that is far away, or two that are asked in turn.
inline constexpr std::chrono::milliseconds kDnsLookLimit{3000};

struct NameServerLook {
  std::string server{};  ///< "192.0.2.1:53".
  bool answers = false;  ///< Whatever it says.
};

struct DnsLook {
  std::vector<NameServerLook> servers{};  ///< In the order in which they are asked.
  /// Of the root's SOA record, looked up as parties are: Secure is what a root is, wherever that can be seen.
  tlscore::dns::Security root = tlscore::dns::Security::Unreachable;
  std::string reason{};  ///< A clause, where it is not Secure.
};

/// Blocks for at most kDnsLookLimit; works on any thread. Fails as make_lookups does.
[[nodiscard]] tlscore::Result<DnsLook> look_at_dns(const DnsConfig& config,
                                                   const std::string& resolv_conf = "/etc/resolv.conf");

}  // namespace proxy
