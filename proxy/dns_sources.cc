// Lookups, or the reason why there are none.
#include "proxy/dns_sources.h"

#include "proxy/dns_lookups.h"
#include "tlscore/base/log.h"
#include "tlscore/x509/digest.h"
#include "tlscore/x509/pem.h"

namespace proxy {

using namespace tlscore;

namespace {

class NoLookups final : public dns::TlsaLookups {
 public:
  explicit NoLookups(std::string reason) : m_reason(std::move(reason)) {}

  Task<dns::TlsaAnswer> find(dns::TlsaQuestion question, Cancel& /*cancel*/) override {
    co_return dns::TlsaAnswer{
        .security = dns::Security::Unreachable, .base_domain = std::move(question.host), .reason = m_reason};
  }

 private:
  std::string m_reason;
};

/// What makes answers others than those of a machine that is set up differently.
std::string beliefs_of(const DnsConfig& config) {
  std::string text = config.dnssec == DnssecMode::Validate ? "validated" : "believed";
  const auto anchor = x509::read_file(config.trust_anchor);
  text += ", anchor " + (anchor ? to_hex(x509::sha256(as_bytes(*anchor))) : "none") + ", insecure";
  for (const std::string& zone : config.insecure) text += " " + zone;
  text += ", fixed";
  for (const auto& [name, addresses] : config.hosts) text += " " + name;
  return text;
}

}  // namespace

Result<DnsSources> make_dns_sources(const DnsConfig& config, EventLoop& loop,
                                    std::shared_ptr<judge::SeenTlsa> seen) {
  DnsSources sources{.dane = {.seen = std::move(seen), .believes = beliefs_of(config)}};
  auto lookups = make_dns_lookups(config, loop);
  if (lookups) {
    sources.dane.lookups = *lookups;
    if (!config.servers.empty()) sources.addresses = std::move(*lookups);
    return sources;
  }
  if (lookups.error().kind == ErrorKind::Refused) return fail(lookups.error());
  log(LogLevel::Warning, "no DNSSEC: " + lookups.error().message);
  sources.dane.lookups = std::make_shared<NoLookups>("there is no DNSSEC here: " + lookups.error().message);
  return sources;
}

}  // namespace proxy
