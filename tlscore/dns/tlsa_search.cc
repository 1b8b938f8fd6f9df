// Where a TLSA record may stand, in the order of RFC 7671.
#include "tlscore/dns/tlsa_search.h"

#include <algorithm>
#include <utility>

#include "tlscore/dns/tlsa_text.h"

namespace tlscore::dns {
namespace {

TlsaAnswer answer_of(Found found, const Name& host) {
  TlsaAnswer answer{.security = found.security,
                    .base_domain = host.text(),
                    .reason = std::move(found.reason),
                    .expires = found.expires};
  if (found.security != Security::Secure) return answer;
  for (const Record& record : found.records) {
    if (auto tlsa = parse_tlsa_rdata(record.rdata)) answer.records.push_back(*std::move(tlsa));
  }
  if (answer.records.size() > TlsaSearch::kMaxRecords) {
    answer.records.clear();
    answer.security = Security::Bogus;
    answer.reason = host.text() + " has more TLSA records than is sensible";
  }
  return answer;
}

TlsaAnswer without_records(Security security, std::string reason, std::chrono::sys_seconds expires) {
  return {.security = security, .reason = std::move(reason), .expires = expires};
}

}  // namespace

Task<TlsaAnswer> TlsaSearch::find(TlsaQuestion question, Cancel& cancel) {
  const auto host = Name::parse(question.host);
  if (!host) {
    co_return without_records(Security::Bogus, "the host " + host.error().message, m_lookups->now());
  }
  if (auto why = m_lookups->why_left_out(*host)) {
    co_return without_records(Security::Insecure, *std::move(why),
                              m_lookups->now() + std::chrono::minutes(1));
  }
  const Question address{.name = *host, .type = RecordType::A};
  Found found = co_await m_lookups->find(address, cancel);
  if (found.security == Security::Bogus || found.security == Security::Unreachable ||
      found.first != Security::Secure) {
    co_return without_records(found.security, std::move(found.reason), found.expires);
  }
  const bool leads_on = found.security == Security::Secure && found.name != *host;
  if (leads_on) {
    Name end = found.name;
    TlsaQuestion asked = question;
    TlsaAnswer answer = co_await find_at(std::move(end), std::move(asked), cancel);
    const bool absent = answer.security == Security::Insecure ||
                        (answer.security == Security::Secure && answer.records.empty());
    answer.expires = std::min(answer.expires, found.expires);
    if (!absent) co_return answer;
    found.expires = answer.expires;
  }
  Name begin = *host;
  TlsaAnswer answer = co_await find_at(std::move(begin), std::move(question), cancel);
  answer.expires = std::min(answer.expires, found.expires);
  co_return answer;
}

Task<TlsaAnswer> TlsaSearch::find_at(Name host, TlsaQuestion question, Cancel& cancel) {
  const auto transport = host.child("_" + question.transport);
  const auto name = transport ? transport->child("_" + std::to_string(question.port)) : std::nullopt;
  if (!name) co_return without_records(Security::Bogus, "the host's name is too long", m_lookups->now());
  const Question asked{.name = *name, .type = RecordType::Tlsa};
  Found found = co_await m_lookups->find(asked, cancel);
  co_return answer_of(std::move(found), host);
}

Task<HostAddresses> TlsaSearch::find_addresses(std::string host, Cancel& cancel) {
  auto name = Name::parse(host);
  if (!name)
    co_return HostAddresses{.security = Security::Bogus, .reason = "the host " + name.error().message};
  co_return co_await m_lookups->find_addresses(*std::move(name), cancel);
}

}  // namespace tlscore::dns
