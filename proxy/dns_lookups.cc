// From configuration to lookups.
#include "proxy/dns_lookups.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

#include "proxy/hosts_file.h"
#include "tlscore/dns/believing.h"
#include "tlscore/dns/chain.h"

namespace proxy {
namespace {

namespace dns = tlscore::dns;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

constexpr std::size_t kMaxResolvConf = 65536;

std::vector<dns::Server> read_resolv_conf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kMaxResolvConf, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return dns::parse_resolv_conf(text);
}

Result<void> check_loopback(const dns::ServerSource& servers) {
  for (const dns::Server& server : servers()) {
    if (server.is_loopback()) continue;
    return fail(ErrorKind::Refused,
                "dns.dnssec is \"resolver\", and the name server " + server.text() +
                    " is not on loopback: what it says of DNSSEC can be changed on the way; "
                    "write dnssec = \"validate\"");
  }
  return {};
}

/// Which names are left out, and why.
dns::LeftOut make_left_out(const DnsConfig& config) {
  std::vector<dns::Name> zones;
  for (const std::string& zone : config.insecure) {
    if (auto name = dns::Name::parse(zone)) zones.push_back(*std::move(name));
  }
  auto hosts_file = std::make_shared<HostsFile>();
  return [zones, fixed = config.hosts, hosts_file](const dns::Name& name) -> std::optional<std::string> {
    const auto zone = std::ranges::find_if(zones, [&](const dns::Name& each) { return name.is_under(each); });
    const std::string text = name.text();
    if (zone != zones.end()) return text + " is in the zone " + zone->text() + ", which dns.insecure lists";
    if (fixed.contains(text)) return "the addresses of " + text + " are fixed in dns.hosts";
    if (hosts_file->lists(text)) return "the addresses of " + text + " are fixed in /etc/hosts";
    return std::nullopt;
  };
}

std::chrono::sys_seconds time_of_day() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

Result<dns::ServerSource> name_servers(const DnsConfig& config, const std::string& resolv_conf) {
  if (config.servers.empty()) return [resolv_conf] { return read_resolv_conf(resolv_conf); };
  std::vector<dns::Server> servers;
  servers.reserve(config.servers.size());
  for (const ServerAddress& each : config.servers)
    servers.push_back(TRY(dns::Server::parse(each.host, each.port)));
  return [servers] { return servers; };
}

Result<std::unique_ptr<dns::Lookups>> make_lookups(const DnsConfig& config, tlscore::EventLoop& loop,
                                                   const std::string& resolv_conf) {
  dns::ServerSource servers = TRY(name_servers(config, resolv_conf));
  std::unique_ptr<dns::Findings> findings;
  if (config.dnssec == DnssecMode::Resolver) {
    TRY(check_loopback(servers));
    findings = std::make_unique<dns::Believing>(loop, std::move(servers), time_of_day);
  } else {
    dns::TrustAnchor anchor = TRY(dns::load_trust_anchor(config.trust_anchor));
    findings = std::make_unique<dns::Chain>(loop, std::move(servers), std::move(anchor), time_of_day);
  }
  return std::make_unique<dns::Lookups>(std::move(findings), make_left_out(config), time_of_day);
}

Result<std::shared_ptr<dns::TlsaSearch>> make_dns_lookups(const DnsConfig& config, tlscore::EventLoop& loop,
                                                          const std::string& resolv_conf) {
  return std::make_shared<dns::TlsaSearch>(TRY(make_lookups(config, loop, resolv_conf)));
}

}  // namespace proxy
