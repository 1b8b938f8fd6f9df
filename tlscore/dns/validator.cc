// An answer, an alias, or a denial.
#include "tlscore/dns/validator.h"

#include <algorithm>
#include <utility>

#include "tlscore/dns/denial.h"

namespace tlscore::dns {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

/// A denial needs three records at most (RFC 5155, section 7.2); a response that brings many more wants work.
constexpr std::size_t kMaxDenialSets = 12;
constexpr seconds kMaxTtl = std::chrono::days(1);

Finding bogus(std::string reason, sys_seconds now) {
  return {.security = Security::Bogus, .reason = std::move(reason), .expires = now};
}

/// The DNAME above the question's name that the answer holds, if it does.
RecordSet find_dname(const Message& response) {
  for (const Record& record : response.answer) {
    if (record.type != RecordType::Dname || record.owner == response.question.name) continue;
    if (response.question.name.is_under(record.owner)) {
      return find_set(response.answer, record.owner, RecordType::Dname);
    }
  }
  return {};
}

/// What answers the question: its records, or a DNAME above it (whose CNAME was made up by the server, RFC
/// 6672, section 5.3.1), or a CNAME. Without records where nothing does.
RecordSet find_answer(const Message& response) {
  const Question& question = response.question;
  RecordSet set = find_set(response.answer, question.name, question.type);
  if (set.records.empty()) set = find_dname(response);
  if (set.records.empty()) set = find_set(response.answer, question.name, RecordType::Cname);
  return set;
}

/// Sets of NSEC and NSEC3 in the authority section.
std::vector<RecordSet> find_denial_sets(const Message& response) {
  std::vector<RecordSet> sets;
  for (const Record& record : response.authority) {
    if (record.type != RecordType::Nsec && record.type != RecordType::Nsec3) continue;
    const auto same = [&](const RecordSet& set) {
      return set.owner == record.owner && set.type == record.type;
    };
    if (std::ranges::any_of(sets, same)) continue;
    if (sets.size() == kMaxDenialSets) break;
    sets.push_back(find_set(response.authority, record.owner, record.type));
  }
  return sets;
}

/// The first signer that holds the question's name, and, for a DS, is above it.
std::optional<Name> signer_among(const RecordSet& set, const Question& question) {
  for (const Record& record : set.signatures) {
    const auto signature = read_rrsig(record);
    if (!signature || !question.name.is_under(signature->signer)) continue;
    if (question.type == RecordType::Ds && signature->signer == question.name) continue;
    return signature->signer;
  }
  return std::nullopt;
}

/// The verified records of a denial, and why others were not.
struct Denials {
  std::vector<Nsec> nsec;
  std::vector<Nsec3> nsec3;
  std::string reason = "nothing proves that it is not there";
  sys_seconds expires;
};

void add(Denials& denials, const RecordSet& set, const SignedZone& zone) {
  for (const Record& record : set.records) {
    if (auto nsec = read_nsec(record)) denials.nsec.push_back(*std::move(nsec));
    // A hashed owner is one label below the apex (RFC 5155, section 3).
    if (record.owner.parent() != zone.apex) continue;
    if (auto nsec3 = read_nsec3(record)) denials.nsec3.push_back(*std::move(nsec3));
  }
}

Denials verify_denials(const Message& response, const SignedZone& zone, sys_seconds now, Effort& effort) {
  Denials denials;
  denials.expires = now + kMaxTtl;
  for (const RecordSet& set : find_denial_sets(response)) {
    const auto verified = verify_set(set, zone, now, effort);
    if (!verified) {
      denials.reason = verified.error().message;
      continue;
    }
    // One that a wildcard was expanded to speaks of the wildcard, and not of this name.
    const std::size_t labels = set.owner.labels() - (set.owner.is_wildcard() ? 1 : 0);
    if (verified->labels != labels) continue;
    denials.expires = std::min(denials.expires, verified->expires);
    add(denials, set, zone);
  }
  return denials;
}

/// The end of an absence: of its proof, or of what the SOA allows.
sys_seconds negative_expiry(const Message& response, sys_seconds proof_expires, sys_seconds now) {
  sys_seconds expires = proof_expires;
  for (const Record& record : response.authority) {
    if (const auto ttl = read_negative_ttl(record)) expires = std::min(expires, now + *ttl);
  }
  return expires;
}

/// Why a zone's proof leaves something unproven.
std::string why_open(Denial denial, const SignedZone& zone, const Name& name) {
  const std::string who = "the zone " + zone.apex.text();
  if (denial == Denial::OptOut)
    return who + " leaves open whether " + name.text() + " is delegated (opt-out)";
  return who + " hashes its names more than " + std::to_string(kMaxIterations) +
         " times, which is not checked (RFC 9276)";
}

Finding judge_absence(const Message& response, const SignedZone& zone, sys_seconds now, Effort& effort) {
  const Question& question = response.question;
  const Denials denials = verify_denials(response, zone, now, effort);
  Proof proof = deny(denials.nsec, question, zone.apex);
  if (proof.denial == Denial::Unproven) proof = deny(denials.nsec3, question, zone.apex);
  Finding finding{.is_delegation = proof.is_delegation,
                  .expires = negative_expiry(response, denials.expires, now)};
  const std::string what = to_string(question);
  switch (proof.denial) {
    case Denial::Unproven: return bogus(what + ": " + denials.reason, now);
    case Denial::NoSuchType:
      finding.security = Security::Secure;
      finding.reason = "the zone " + zone.apex.text() + " proves that there is no " + what;
      return finding;
    case Denial::NoSuchName:
      finding.security = Security::Secure;
      finding.reason = "the zone " + zone.apex.text() + " proves that there is no " + question.name.text();
      return finding;
    case Denial::OptOut:
    case Denial::TooExpensive:
      finding.security = Security::Insecure;
      finding.reason = why_open(proof.denial, zone, question.name);
      return finding;
  }
  return bogus(what, now);
}

/// Fills in what the set says. It has records.
bool take_answer(Finding& finding, const RecordSet& set, const Question& question) {
  if (set.type == question.type && set.owner == question.name) {
    finding.records = set.records;
    return true;
  }
  // More than one alias of a name cannot be followed.
  const auto target = set.records.size() == 1 ? read_target(set.records.front()) : std::nullopt;
  if (!target) return false;
  finding.alias = set.type == RecordType::Dname ? question.name.moved(set.owner, *target) : target;
  return finding.alias.has_value();
}

/// Nothing where the set is the owner's own, or a wildcard's that rightly stands in its place.
std::optional<Finding> judge_wildcard(const Message& response, const RecordSet& set, std::size_t labels,
                                      const SignedZone& zone, sys_seconds now, Effort& effort,
                                      Finding& finding) {
  if (labels >= set.owner.labels() - (set.owner.is_wildcard() ? 1 : 0)) return std::nullopt;
  if (set.type == RecordType::Dname) return bogus("a DNAME may be no wildcard (RFC 6672, section 3.3)", now);
  const Name encloser = set.owner.last(labels);
  const Denials denials = verify_denials(response, zone, now, effort);
  finding.expires = std::min(finding.expires, denials.expires);
  Denial closer = deny_closer(denials.nsec, set.owner, encloser);
  if (closer == Denial::Unproven) closer = deny_closer(denials.nsec3, set.owner, encloser, zone.apex);
  if (closer == Denial::TooExpensive || closer == Denial::OptOut) {
    finding.security = Security::Insecure;
    finding.reason = why_open(closer, zone, set.owner);
    return finding;
  }
  if (closer == Denial::Unproven) {
    return bogus(
        "nothing proves that the wildcard under " + encloser.text() + " may answer for " + set.owner.text(),
        now);
  }
  return std::nullopt;
}

}  // namespace

std::optional<Name> signer_of(const Message& response) {
  const RecordSet answer = find_answer(response);
  if (!answer.records.empty()) return signer_among(answer, response.question);
  for (const RecordSet& set : find_denial_sets(response)) {
    if (auto signer = signer_among(set, response.question)) return signer;
  }
  return std::nullopt;
}

Finding judge(const Message& response, const SignedZone& zone, sys_seconds now, Effort& effort) {
  const RecordSet set = find_answer(response);
  if (set.records.empty()) return judge_absence(response, zone, now, effort);
  const auto verified = verify_set(set, zone, now, effort);
  if (!verified) return bogus(verified.error().message, now);
  Finding finding{.security = Security::Secure, .expires = std::min(verified->expires, now + kMaxTtl)};
  if (!take_answer(finding, set, response.question)) {
    return bogus("the alias of " + response.question.name.text() + " leads nowhere", now);
  }
  if (auto other = judge_wildcard(response, set, verified->labels, zone, now, effort, finding)) {
    return *std::move(other);
  }
  return finding;
}

Finding read_unsigned(const Message& response, sys_seconds now, std::string reason) {
  Finding finding{.security = Security::Insecure, .reason = std::move(reason), .expires = now + kMaxTtl};
  const RecordSet set = find_answer(response);
  if (set.records.empty()) {
    finding.expires = negative_expiry(response, now + kMaxTtl, now);
    return finding;
  }
  for (const Record& record : set.records)
    finding.expires = std::min(finding.expires, now + seconds(record.ttl));
  if (!take_answer(finding, set, response.question)) {
    return bogus("the alias of " + response.question.name.text() + " leads nowhere", now);
  }
  return finding;
}

}  // namespace tlscore::dns
