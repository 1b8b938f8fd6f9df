// Denial by hashes of names.
#include <algorithm>
#include <optional>
#include <ranges>

#include "tlscore/dns/denial.h"
#include "tlscore/dns/ldns_handles.h"

namespace tlscore::dns {
namespace {

constexpr std::uint8_t kSha1 = 1;
constexpr std::uint8_t kOptOutFlag = 1;

bool is_above_delegation(const Nsec3& record) {
  return record.types.contains(RecordType::Ns) && !record.types.contains(RecordType::Soa);
}

/// The records of one zone that were hashed alike, and the hashing.
class Hashes {
 public:
  /// Unknown algorithms and flags are left out (RFC 5155, sections 8.1 and 8.2); where salts or iterations
  /// differ, the first record's count.
  Hashes(std::span<const Nsec3> records, const Name& apex) : m_apex(apex) {
    for (const Nsec3& each : records) {
      const bool known =
          each.algorithm == kSha1 && each.flags <= kOptOutFlag && each.hash.size() == LDNS_SHA1_DIGEST_LENGTH;
      const bool alike = m_records.empty() || (each.iterations == m_records.front()->iterations &&
                                               each.salt == m_records.front()->salt);
      if (known && alike) m_records.push_back(&each);
    }
  }

  [[nodiscard]] bool empty() const { return m_records.empty(); }
  [[nodiscard]] std::uint16_t iterations() const { return m_records.front()->iterations; }

  [[nodiscard]] const Nsec3* find_of(const Name& name) const {
    const Bytes hash = hash_of(name);
    const auto found = std::ranges::find_if(m_records, [&](const Nsec3* each) { return each->hash == hash; });
    return found == m_records.end() ? nullptr : *found;
  }

  [[nodiscard]] const Nsec3* find_covering(const Name& name) const {
    const Bytes hash = hash_of(name);
    const auto covers = [&](const Nsec3* each) {
      const bool after = each->hash < hash;
      const bool before = hash < each->next;
      return each->next <= each->hash ? (after || before) && hash != each->hash : after && before;
    };
    const auto found = std::ranges::find_if(m_records, covers);
    return found == m_records.end() ? nullptr : *found;
  }

  /// The closest name above `name` that exists, shown as RFC 5155, section 8.3 says.
  struct Closest {
    Name encloser;
    const Nsec3* next_closer = nullptr;  ///< Covers the name one label below the encloser.
  };
  [[nodiscard]] std::optional<Closest> closest_encloser(const Name& name) const {
    for (std::size_t count = name.labels(); count-- > m_apex.labels();) {
      const Name candidate = name.last(count);
      const Nsec3* const own = find_of(candidate);
      if (own == nullptr) continue;
      // What is below a delegation or a DNAME is not this zone's to deny.
      if (is_above_delegation(*own) || own->types.contains(RecordType::Dname)) return std::nullopt;
      const Nsec3* const covering = find_covering(name.last(count + 1));
      if (covering == nullptr) return std::nullopt;
      return Closest{candidate, covering};
    }
    return std::nullopt;
  }

 private:
  /// RFC 5155, section 5.
  [[nodiscard]] Bytes hash_of(const Name& name) const {
    const Bytes& salt = m_records.front()->salt;
    Bytes value(name.wire().begin(), name.wire().end());
    for (std::size_t i = 0; i <= iterations(); ++i) {
      value.insert(value.end(), salt.begin(), salt.end());
      Bytes digest(LDNS_SHA1_DIGEST_LENGTH);
      static_cast<void>(ldns_sha1(value.data(), static_cast<unsigned>(value.size()), digest.data()));
      value = std::move(digest);
    }
    return value;
  }

  const Name& m_apex;
  std::vector<const Nsec3*> m_records;
};

bool is_opt_out(const Nsec3& record) {
  return (record.flags & kOptOutFlag) != 0;
}

/// As for NSEC: may the record of the very name speak about this type, and does it say that there is none?
bool lacks(const Nsec3& record, const Question& question) {
  if (record.types.contains(question.type) || record.types.contains(RecordType::Cname)) return false;
  if (question.type == RecordType::Ds) {
    return question.name.is_root() || !record.types.contains(RecordType::Soa);
  }
  return !is_above_delegation(record);
}

Proof deny_missing(const Hashes& hashes, const Question& question) {
  const auto closest = hashes.closest_encloser(question.name);
  if (!closest) return {};
  const auto wildcard = closest->encloser.child("*");
  const Nsec3* const star = wildcard ? hashes.find_of(*wildcard) : nullptr;
  if (star != nullptr) {
    const Question asked{.name = *wildcard, .type = question.type};
    if (!lacks(*star, asked)) return {};
    return {is_opt_out(*closest->next_closer) ? Denial::OptOut : Denial::NoSuchType};
  }
  // For a DS, that the span is opted out is all there is to know (RFC 5155, section 8.6).
  if (is_opt_out(*closest->next_closer) && question.type == RecordType::Ds) return {Denial::OptOut};
  if (wildcard && hashes.find_covering(*wildcard) == nullptr) return {};
  return {is_opt_out(*closest->next_closer) ? Denial::OptOut : Denial::NoSuchName};
}

}  // namespace

Proof deny(std::span<const Nsec3> records, const Question& question, const Name& apex) {
  const Hashes hashes(records, apex);
  if (hashes.empty()) return {};
  if (hashes.iterations() > kMaxIterations) return {Denial::TooExpensive};
  if (const Nsec3* const own = hashes.find_of(question.name)) {
    if (!lacks(*own, question)) return {};
    return {Denial::NoSuchType, is_above_delegation(*own)};
  }
  return deny_missing(hashes, question);
}

Denial deny_closer(std::span<const Nsec3> records, const Name& name, const Name& encloser, const Name& apex) {
  const Hashes hashes(records, apex);
  if (hashes.empty()) return Denial::Unproven;
  if (hashes.iterations() > kMaxIterations) return Denial::TooExpensive;
  const Nsec3* const covering = hashes.find_covering(name.last(encloser.labels() + 1));
  if (covering == nullptr) return Denial::Unproven;
  return is_opt_out(*covering) ? Denial::OptOut : Denial::NoSuchName;
}

}  // namespace tlscore::dns
