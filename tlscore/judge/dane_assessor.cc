// An answer's security and its records as a finding.
#include "tlscore/judge/dane_assessor.h"

#include <algorithm>

#include "tlscore/dns/tlsa_match.h"
#include "tlscore/dns/tlsa_usable.h"
#include "tlscore/x509/directory_string.h"
#include "tlscore/x509/server_name.h"

namespace tlscore::judge {

using dns::Security;
using dns::TlsaAnswer;
using dns::TlsaQuestion;
using dns::TlsaVerdict;

namespace {

std::string transport_label(Transport transport) {
  switch (transport) {
    case Transport::Tcp: return "tcp";
    case Transport::Udp: return "udp";
    case Transport::Sctp: return "sctp";
  }
  return "tcp";
}

/// The host as names are compared, where it is a name.
std::optional<std::string> folded_name(const std::string& host) {
  const auto name = x509::ServerName::parse(host);
  if (!name || name->is_address()) return std::nullopt;
  return name->text();
}

/// RFC 6698, section 3.
std::string records_name(const Presented& presented) {
  return "_" + std::to_string(presented.port) + "._" + transport_label(presented.transport) + "." +
         folded_name(presented.host).value_or("");
}

Finding absent(std::string reason, std::chrono::sys_seconds expires) {
  return {"dane", Verdict::Absent, std::move(reason), expires};
}

Finding failed(const Presented& presented, std::string reason, std::chrono::sys_seconds expires) {
  return {"dane", Verdict::Fail, std::move(reason), std::min(expires, presented.now + kFailLifetime)};
}

/// What the resolver says of its answer, in brackets.
std::string said_by_resolver(const TlsaAnswer& answer) {
  return answer.reason.empty() ? "" : " (" + x509::escape_controls(answer.reason) + ")";
}

bool has_usable_record(const TlsaAnswer& answer) {
  return !dns::records_that_count(answer.records).empty();
}

}  // namespace

std::optional<Finding> DaneAssessor::judge_unasked(const Presented& presented) const {
  constexpr auto kNever = std::chrono::sys_seconds::max();
  if (presented.role != Role::Server) return absent("clients have no TLSA records", kNever);
  const auto name = x509::ServerName::parse(presented.host);
  if (!name) return failed(presented, name.error().message, kNever);
  if (name->is_address()) return absent("addresses have no TLSA records", kNever);
  return std::nullopt;
}

Task<std::optional<std::string>> DaneAssessor::depends_on(const Presented& presented, Cancel& /*cancel*/) {
  // Where nothing is asked there is nothing to remember.
  if (m_rules.believes.empty() || judge_unasked(presented)) co_return std::nullopt;
  if (m_crls && !m_crls->refresh()) co_return std::nullopt;
  co_return (m_rules.asked_by_user ? "asked by the user, " : "") + m_rules.believes + ", " +
      to_hex(m_roots.digest()) + (m_crls ? ", " + to_hex(m_crls->digest()) : "");
}

void DaneAssessor::recalled(const Presented& presented, const Finding& finding) {
  if (m_rules.seen && finding.verdict == Verdict::Pass) {
    m_rules.seen->note(records_name(presented), presented.now);
  }
}

Task<Finding> DaneAssessor::assess(const Presented& presented, Cancel& cancel) {
  if (auto finding = judge_unasked(presented)) co_return std::move(*finding);
  TlsaQuestion question{.host = folded_name(presented.host).value_or(""),
                        .port = presented.port,
                        .transport = transport_label(presented.transport)};
  const TlsaAnswer answer = co_await m_rules.lookups->find(std::move(question), cancel);
  Finding finding = assess_now(presented, answer);
  if (!cancel.requested()) remember(presented, answer);
  co_return finding;
}

Finding DaneAssessor::assess_now(const Presented& presented, const TlsaAnswer& answer) const {
  if (auto finding = judge_unasked(presented)) return std::move(*finding);
  switch (answer.security) {
    case Security::Secure: return judge_secure(presented, answer);
    case Security::Insecure:
      return absent("it can have no secure TLSA records" + said_by_resolver(answer), answer.expires);
    case Security::Bogus:
      return failed(presented, "its DNS answers are not what DNSSEC demands" + said_by_resolver(answer),
                    presented.now + kFailLifetime);
    case Security::Unreachable: break;
  }
  return judge_unreachable(presented, answer);
}

Finding DaneAssessor::judge_secure(const Presented& presented, const TlsaAnswer& answer) const {
  const auto host = folded_name(presented.host).value_or("");
  const bool has_openpgp = !presented.openpgp.empty();
  const std::span<const x509::Certificate> chain = presented.chain;
  const auto outcome = dns::match_tlsa(answer.records, {.chain = has_openpgp ? chain.first(0) : chain,
                                                        .key = presented.key,
                                                        .host = host,
                                                        .base_domain = answer.base_domain,
                                                        .now = presented.now,
                                                        .roots = m_roots,
                                                        .crls = m_crls.get()});
  switch (outcome.verdict) {
    case TlsaVerdict::Match:
      return {"dane", Verdict::Pass, outcome.reason, std::min(outcome.expires, answer.expires)};
    case TlsaVerdict::NoneUsable: return absent(outcome.reason, answer.expires);
    case TlsaVerdict::Mismatch: break;
  }
  return failed(presented, outcome.reason, answer.expires);
}

Finding DaneAssessor::judge_unreachable(const Presented& presented, const TlsaAnswer& answer) const {
  const std::string what = "whether it has TLSA records cannot be found out" + said_by_resolver(answer);
  const auto until = presented.now + kFailLifetime;
  if (m_rules.asked_by_user)
    return failed(presented, what + ", and its trust expression asks for dane", until);
  if (m_rules.seen && m_rules.seen->was_seen(records_name(presented), presented.now))
    return failed(presented, what + ", and it had some within the last 30 days", until);
  Finding finding = absent(what, until);
  finding.is_warning = true;
  return finding;
}

/// A proof that there is nothing any more, or that the zone is no longer signed, ends what was seen.
void DaneAssessor::remember(const Presented& presented, const TlsaAnswer& answer) {
  if (!m_rules.seen) return;
  const bool is_proven = answer.security == Security::Secure || answer.security == Security::Insecure;
  if (answer.security == Security::Secure && has_usable_record(answer)) {
    m_rules.seen->note(records_name(presented), presented.now);
  } else if (is_proven) {
    m_rules.seen->forget(records_name(presented));
  }
}

}  // namespace tlscore::judge
