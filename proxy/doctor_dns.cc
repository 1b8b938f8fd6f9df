// Who answers, then whether it is proven.
#include "proxy/doctor_dns.h"

#include <algorithm>

#include "proxy/doctor_check.h"
#include "proxy/party_host.h"
#include "tlscore/base/log.h"
#include "tlscore/judge/trust_expression.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr const char* kOtherServers =
    "name a resolver that passes DNSSEC on in dns.servers of the configuration, or run one here (apt install "
    "unbound) and name 127.0.0.1:53";

bool needs_dane(const Party& party) {
  if (!party.trust_is_written) return false;
  const auto expression = judge::TrustExpression::parse(party.trust);
  return expression && expression->contains("dane");
}

/// Is a name of its looked up? A pattern may stand for any.
bool is_looked_up(const Party& party, const DoctorFacts& facts) {
  return !party.demo && std::ranges::any_of(party.hosts, [&](const std::string& host) {
    return !canonical_address(host) && !facts.config->dns.hosts.contains(host) &&
           !facts.fixed_hosts.contains(host);
  });
}

constexpr const char* kWithoutDane = ", and DANE says nothing of parties";
constexpr const char* kWithoutAddresses = ", and no party's address can be found";

/// What is wrong with the DNS, as bad as it is for the parties of today; `means` is what it comes to for
/// those that do not need DANE.
Diagnosis wrong(const DoctorFacts& facts, const std::string& says, const char* means, std::string to_do) {
  const auto& parties = facts.config->parties;
  const auto looked_up =
      std::ranges::find_if(parties, [&](const Party& each) { return is_looked_up(each, facts); });
  if (looked_up == parties.end())
    return result(Verdict::Skipped, says + "; no party here is looked up in the DNS");
  const auto dane = std::ranges::find_if(
      parties, [&](const Party& each) { return is_looked_up(each, facts) && needs_dane(each); });
  if (dane == parties.end()) return result(Verdict::Warning, says + means, std::move(to_do));
  return result(Verdict::Problem,
                says + ": " + printable(dane->name()) + ", which is to be trusted by DANE, is refused",
                std::move(to_do));
}

std::string list_of(const DnsLook& look, bool answers) {
  std::string list;
  for (const NameServerLook& each : look.servers) {
    if (each.answers == answers) list += (list.empty() ? "" : ", ") + printable(each.server);
  }
  return list;
}

Diagnosis without_lookups(const DoctorFacts& facts, const Error& why) {
  if (why.kind == ErrorKind::Refused)
    return result(Verdict::Problem, printable(why.message), "correct [dns] in the configuration");
  return wrong(
      facts, "nothing can be proven by DNSSEC: " + printable(why.message), kWithoutDane,
      "run `sudo apt install dns-root-data`, or name the file of the root's key in dns.trust_anchor");
}

Diagnosis unproven(const DoctorFacts& facts, const std::string& answering) {
  const std::string why = facts.dns->reason.empty() ? "it is not signed" : printable(facts.dns->reason);
  switch (facts.dns->root) {
    case dns::Security::Insecure:
      return wrong(facts,
                   answering + " answers, and does not check DNSSEC, for which dns.dnssec relies on it",
                   kWithoutDane, "turn validation on there, or write dnssec = \"validate\"");
    case dns::Security::Bogus:
      return wrong(facts, answering + " answers, but not as the root's key proves: " + why, kWithoutDane,
                   std::string("set the clock right, if it is wrong; else ") + kOtherServers);
    case dns::Security::Unreachable:
    case dns::Security::Secure: break;
  }
  return wrong(facts, why, kWithoutDane, kOtherServers);
}

}  // namespace

Diagnosis check_dns(const DoctorFacts& facts) {
  if (!facts.config)
    return result(Verdict::Skipped, "without a configuration nobody knows which name servers to ask");
  if (!facts.dns) return without_lookups(facts, facts.dns.error());
  const std::string answering = list_of(*facts.dns, true);
  const std::string silent = list_of(*facts.dns, false);
  if (answering.empty()) {
    return wrong(facts, "no name server answers: " + silent, kWithoutAddresses,
                 "see whether the network is up, and the servers of dns.servers or /etc/resolv.conf with it");
  }
  if (facts.dns->root != dns::Security::Secure) return unproven(facts, answering);
  const bool believed = facts.config->dns.dnssec == DnssecMode::Resolver;
  const std::string says =
      answering + (believed ? " answers, checks DNSSEC, and is believed" : " answers, and DNSSEC proves it");
  if (silent.empty()) return result(Verdict::Ok, says);
  return wrong(facts, says + "; " + silent + " does not, and is waited for each time it is asked", "",
               "take it out of dns.servers or /etc/resolv.conf");
}

}  // namespace proxy
