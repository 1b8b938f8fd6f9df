// Zone cuts, from the root down.
#include "tlscore/dns/chain.h"

#include <algorithm>
#include <utility>

namespace tlscore::dns {
namespace {

using std::chrono::sys_seconds;

Finding nothing(Security security, std::string reason, sys_seconds now) {
  return {.security = security, .reason = std::move(reason), .expires = now};
}

bool is_supported(const Record& ds) {
  const auto fields = read_ds(ds);
  return fields && is_supported_algorithm(fields->algorithm) && is_supported_digest(fields->digest_type);
}

/// What a thread brings back.
struct Judged {
  Finding finding{};
  Effort effort{};
};

struct CheckedKeys {
  Result<SignedSet> verified;
  Effort effort{};
};

}  // namespace

Chain::Chain(EventLoop& loop, ServerSource servers, TrustAnchor anchor, Clock now)
    : m_now(std::move(now)),
      m_anchor(std::move(anchor)),
      m_client(loop, std::move(servers)),
      m_worker(loop, 1) {}

template <class Judged>
Task<Judged> Chain::ask_until_proven(Question question, Judge<Judged> judge, Effort& effort, Cancel& cancel) {
  Client::Answered answered;
  std::optional<Judged> bogus;
  while (answered.size() < kMaxDoubted) {
    auto response = co_await m_client.ask(question, Ask::ForProofs, effort, cancel, &answered);
    Judged judged;
    judged.security = Security::Unreachable;
    judged.expires = m_now();
    if (response) {
      auto shared = std::make_shared<const Message>(*std::move(response));
      judged = co_await judge(std::move(shared));
    } else {
      judged.reason = response.error().message;
    }
    if (judged.security == Security::Unreachable && bogus) break;
    if (judged.security != Security::Bogus) co_return judged;
    if (!bogus) bogus = std::move(judged);
  }
  co_return *std::move(bogus);
}

Task<Finding> Chain::find(Question question, Effort& effort, Cancel& cancel) {
  Judge<Finding> judge = [&](Response response) { return judge_answer(std::move(response), effort, cancel); };
  co_return co_await ask_until_proven(std::move(question), std::move(judge), effort, cancel);
}

Task<Finding> Chain::judge_answer(Response response, Effort& effort, Cancel& cancel) {
  const auto signer = signer_of(*response);
  Name held = signer.value_or(response->question.name);
  const Place place = co_await place_of(std::move(held), effort, cancel);
  if (place.security == Security::Insecure) co_return read_unsigned(*response, m_now(), place.reason);
  if (place.security != Security::Secure) co_return nothing(place.security, place.reason, m_now());
  if (!signer || place.zone->apex != *signer) {
    co_return nothing(Security::Bogus,
                      to_string(response->question) + " should be signed by the zone " +
                          place.zone->apex.text() + ", and is not",
                      m_now());
  }
  Finding finding = co_await judge_on_thread(std::move(response), place.zone, effort, cancel);
  finding.expires = std::min(finding.expires, place.expires);
  co_return finding;
}

Task<Finding> Chain::find_unproven(Question question, Effort& effort, Cancel& cancel) {
  auto response = co_await m_client.ask(question, Ask::Unchecked, effort, cancel);
  if (!response) co_return nothing(Security::Unreachable, response.error().message, m_now());
  co_return read_unsigned(*response, m_now(), "it is in a zone that dns.insecure lists");
}

Task<Finding> Chain::judge_on_thread(Response response, std::shared_ptr<const SignedZone> zone,
                                     Effort& effort, Cancel& cancel) {
  auto job = [response = std::move(response), zone = std::move(zone), now = m_now(),
              effort]() -> Result<Judged> {
    Judged judged{.effort = effort};
    judged.finding = judge(*response, *zone, now, judged.effort);
    return judged;
  };
  auto judged = co_await m_worker.run(std::move(job), cancel, kNoLimit);
  if (!judged) co_return nothing(Security::Unreachable, judged.error().message, m_now());
  effort = judged->effort;
  co_return std::move(judged->finding);
}

Task<Chain::Place> Chain::place_of(Name name, Effort& effort, Cancel& cancel) {
  Place place = co_await place_of_root(effort, cancel);
  for (std::size_t count = 1; count <= name.labels() && place.security == Security::Secure; ++count) {
    Name below = name.last(count);
    if (auto known = m_places.find(below, m_now())) {
      place = *std::move(known);
    } else {
      Place parent = std::move(place);
      place = co_await place_below(std::move(below), std::move(parent), effort, cancel);
    }
  }
  co_return place;
}

Task<Chain::Place> Chain::place_of_root(Effort& effort, Cancel& cancel) {
  if (auto known = m_places.find(Name(), m_now())) co_return *std::move(known);
  std::vector<Record> ds = m_anchor.ds;
  Place place = co_await place_with_keys(Name(), std::move(ds), sys_seconds::max(), effort, cancel);
  co_return place;
}

Task<Chain::Place> Chain::place_below(Name name, Place parent, Effort& effort, Cancel& cancel) {
  Question question{.name = name, .type = RecordType::Ds};
  Judge<Finding> judge = [&](Response response) {
    return judge_on_thread(std::move(response), parent.zone, effort, cancel);
  };
  Finding finding = co_await ask_until_proven(std::move(question), std::move(judge), effort, cancel);
  const sys_seconds expires = std::min(finding.expires, parent.expires);
  Place place{
      .security = finding.security, .reason = finding.reason, .zone = parent.zone, .expires = expires};
  if (finding.security == Security::Secure && !finding.records.empty()) {
    co_return co_await place_with_keys(std::move(name), std::move(finding.records), expires, effort, cancel);
  }
  if (finding.is_delegation && finding.security == Security::Secure) {
    place.security = Security::Insecure;
    place.reason = "the zone " + parent.zone->apex.text() + " proves that " + name.text() + " is not signed";
  }
  keep(name, place);
  co_return place;
}

Task<Chain::Place> Chain::place_with_keys(Name name, std::vector<Record> ds, sys_seconds expires,
                                          Effort& effort, Cancel& cancel) {
  if (std::ranges::none_of(ds, is_supported)) {
    const Place place{.security = Security::Insecure,
                      .reason = "the zone " + name.text() + " is signed only in ways that are not supported",
                      .expires = expires};
    keep(name, place);
    co_return place;
  }
  Question question{.name = name, .type = RecordType::Dnskey};
  Judge<Place> judge = [&](Response response) {
    return judge_keys(std::move(response), ds, expires, effort, cancel);
  };
  Place place = co_await ask_until_proven(std::move(question), std::move(judge), effort, cancel);
  keep(name, place);
  co_return place;
}

Task<Chain::Place> Chain::judge_keys(Response response, std::vector<Record> ds, sys_seconds expires,
                                     Effort& effort, Cancel& cancel) {
  const Name& name = response->question.name;
  RecordSet keys = find_set(response->answer, name, RecordType::Dnskey);
  auto job = [keys, ds = std::move(ds), now = m_now(), effort]() -> Result<CheckedKeys> {
    Effort left = effort;
    auto verified = verify_keys(keys, ds, now, left);
    return CheckedKeys{.verified = std::move(verified), .effort = left};
  };
  auto checked = co_await m_worker.run(std::move(job), cancel, kNoLimit);
  if (!checked) co_return Place{.reason = checked.error().message};
  effort = checked->effort;
  if (!checked->verified)
    co_return Place{.security = Security::Bogus, .reason = checked->verified.error().message};
  auto zone = std::make_shared<const SignedZone>(SignedZone{name, std::move(keys.records)});
  co_return Place{.security = Security::Secure,
                  .zone = std::move(zone),
                  .expires = std::min(checked->verified->expires, expires)};
}

void Chain::keep(const Name& name, const Place& place) {
  const bool bogus = place.security == Security::Bogus;
  if (place.security != Security::Unreachable) {
    m_places.keep(name, place, bogus ? m_now() + kBogusKept : place.expires);
  }
}

}  // namespace tlscore::dns
