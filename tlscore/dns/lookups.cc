// Step by step along the aliases.
#include "tlscore/dns/lookups.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <utility>

namespace tlscore::dns {
namespace {

using std::chrono::seconds;

/// What is wrong now may be right soon.
constexpr seconds kBogusKept{30};

int badness(Security security) {
  switch (security) {
    case Security::Secure: return 0;
    case Security::Insecure: return 1;
    case Security::Unreachable: return 2;
    case Security::Bogus: return 3;
  }
  return 3;
}

/// An A or AAAA record; empty where it is neither.
std::string address_text(const Record& record) {
  constexpr std::size_t kV4 = 4;
  constexpr std::size_t kV6 = 16;
  const bool is_v4 = record.type == RecordType::A && record.rdata.size() == kV4;
  const bool is_v6 = record.type == RecordType::Aaaa && record.rdata.size() == kV6;
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (!is_v4 && !is_v6) return {};
  const char* const made =
      ::inet_ntop(is_v4 ? AF_INET : AF_INET6, record.rdata.data(), text.data(), text.size());
  return made == nullptr ? "" : made;
}

/// Adds one step to what was found so far.
void add(Found& found, const Finding& step, bool is_first) {
  found.security = is_first ? step.security : worse(found.security, step.security);
  if (is_first) found.first = step.security;
  if (!step.reason.empty() && (found.reason.empty() || found.security == step.security))
    found.reason = step.reason;
  found.expires = is_first ? step.expires : std::min(found.expires, step.expires);
}

}  // namespace

Security worse(Security a, Security b) {
  return badness(a) < badness(b) ? b : a;
}

Lookups::Lookups(std::unique_ptr<Findings> findings, LeftOut left_out, Clock now)
    : m_findings(std::move(findings)), m_left_out(std::move(left_out)), m_now(std::move(now)) {}

Task<Found> Lookups::find(Question question, Cancel& cancel) {
  if (auto kept = m_found.find(question, m_now())) co_return *std::move(kept);
  Question asked = question;
  Found found = co_await follow(std::move(asked), cancel);
  if (found.security == Security::Bogus) found.expires = m_now() + kBogusKept;
  if (found.security != Security::Unreachable) m_found.keep(question, found, found.expires);
  co_return found;
}

Task<Found> Lookups::follow(Question question, Cancel& cancel) {
  Effort effort;
  Found found{.name = question.name};
  for (std::size_t step = 0; step <= kMaxAliases; ++step) {
    Question asked{.name = found.name, .type = question.type};
    Finding finding = co_await find_one(std::move(asked), effort, cancel);
    add(found, finding, step == 0);
    if (finding.security == Security::Bogus || finding.security == Security::Unreachable) co_return found;
    if (!finding.alias) {
      found.records = std::move(finding.records);
      co_return found;
    }
    found.name = *finding.alias;
  }
  found.security = Security::Bogus;
  found.reason = "more than " + std::to_string(kMaxAliases) + " aliases lead on from " + question.name.text();
  co_return found;
}

Task<Finding> Lookups::find_one(Question question, Effort& effort, Cancel& cancel) {
  if (m_left_out(question.name)) {
    co_return co_await m_findings->find_unproven(std::move(question), effort, cancel);
  }
  co_return co_await m_findings->find(std::move(question), effort, cancel);
}

Task<HostAddresses> Lookups::find_addresses(Name name, Cancel& cancel) {
  const Question first{.name = name, .type = RecordType::Aaaa};
  const Question second{.name = name, .type = RecordType::A};
  const Found v6 = co_await find(first, cancel);
  const Found v4 = co_await find(second, cancel);
  HostAddresses both{.security = worse(v6.security, v4.security),
                     .name = v4.name.text(),
                     .expires = std::min(v6.expires, v4.expires)};
  both.reason = both.security == v4.security ? v4.reason : v6.reason;
  for (const Found* found : {&v6, &v4}) {
    for (const Record& record : found->records) {
      if (std::string text = address_text(record); !text.empty()) both.addresses.push_back(std::move(text));
    }
  }
  co_return both;
}

}  // namespace tlscore::dns
