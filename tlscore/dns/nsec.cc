// Denial by names in canonical order.
#include <algorithm>

#include "tlscore/dns/denial.h"

namespace tlscore::dns {
namespace {

/// Is this the record of a name from which another zone begins, as the zone above has it?
bool is_above_delegation(const Nsec& record) {
  return record.types.contains(RecordType::Ns) && !record.types.contains(RecordType::Soa);
}

/// Is `name` between this record's owner and the next name? The last record of a zone leads back to its apex.
bool covers(const Nsec& record, const Name& name) {
  const bool wraps = record.next <= record.owner;
  if (record.owner >= name || (!wraps && name >= record.next)) return false;
  // Beyond a delegation or a DNAME this zone says nothing (RFC 6840, section 4.1).
  return !name.is_under(record.owner) ||
         !(is_above_delegation(record) || record.types.contains(RecordType::Dname));
}

const Nsec* find_covering(std::span<const Nsec> records, const Name& name) {
  const auto found = std::ranges::find_if(records, [&](const Nsec& each) { return covers(each, name); });
  return found == records.end() ? nullptr : &*found;
}

const Nsec* find_of(std::span<const Nsec> records, const Name& name) {
  const auto found = std::ranges::find(records, name, &Nsec::owner);
  return found == records.end() ? nullptr : &*found;
}

/// The longest name that both are under.
Name common_ancestor(const Name& a, const Name& b) {
  std::size_t count = std::min(a.labels(), b.labels());
  while (a.last(count) != b.last(count)) --count;
  return a.last(count);
}

/// The record of the very name: may it speak about this type, and does it say that there is none?
bool lacks(const Nsec& record, const Question& question) {
  if (record.types.contains(question.type) || record.types.contains(RecordType::Cname)) return false;
  // A DS belongs to the zone above, everything else to the zone below (RFC 4035, section 5.2; RFC 6840, 4.1).
  if (question.type == RecordType::Ds) {
    return question.name.is_root() || !record.types.contains(RecordType::Soa);
  }
  return !is_above_delegation(record);
}

}  // namespace

Proof deny(std::span<const Nsec> records, const Question& question, const Name& apex) {
  if (const Nsec* const own = find_of(records, question.name)) {
    if (!lacks(*own, question)) return {};
    return {Denial::NoSuchType, is_above_delegation(*own)};
  }
  const Nsec* const covering = find_covering(records, question.name);
  if (covering == nullptr || !covering->owner.is_under(apex)) return {};
  // The next name is below this one, which so exists without any records.
  if (covering->next.is_under(question.name)) return {Denial::NoSuchType};
  const Name by_owner = common_ancestor(question.name, covering->owner);
  const Name by_next = common_ancestor(question.name, covering->next);
  const auto wildcard = (by_owner.labels() > by_next.labels() ? by_owner : by_next).child("*");
  if (!wildcard) return {Denial::NoSuchName};  // a name that is too long does not exist
  if (const Nsec* const star = find_of(records, *wildcard)) {
    const Question asked{.name = *wildcard, .type = question.type};
    return {lacks(*star, asked) ? Denial::NoSuchType : Denial::Unproven};
  }
  return {find_covering(records, *wildcard) != nullptr ? Denial::NoSuchName : Denial::Unproven};
}

Denial deny_closer(std::span<const Nsec> records, const Name& name, const Name& encloser) {
  const Nsec* const covering = find_covering(records, name);
  if (covering == nullptr) return Denial::Unproven;
  // Were something between the encloser and the name, it would be closer than the wildcard.
  const std::size_t closest = std::max(common_ancestor(name, covering->owner).labels(),
                                       common_ancestor(name, covering->next).labels());
  return closest <= encloser.labels() ? Denial::NoSuchName : Denial::Unproven;
}

}  // namespace tlscore::dns
