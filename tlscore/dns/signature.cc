// The rules around a signature; ldns computes it.
#include "tlscore/dns/signature.h"

#include <algorithm>
#include <ctime>
#include <utility>

#include "tlscore/dns/ldns_handles.h"

namespace tlscore::dns {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

/// Does not own its records.
using BorrowedRecords = CHandle<ldns_rr_list, ldns_rr_list_free>;

constexpr std::uint16_t kZoneFlag = 0x0100;
constexpr std::uint16_t kRevokedFlag = 0x0080;
constexpr std::uint8_t kProtocol = 3;

/// How far a time of 32 bits is after `now`, in serial number arithmetic (RFC 4034, section 3.1.5).
seconds seconds_after(std::uint32_t time, sys_seconds now) {
  const auto now32 = static_cast<std::uint32_t>(now.time_since_epoch().count());
  return seconds(static_cast<std::int32_t>(time - now32));
}

std::string date(sys_seconds time) {
  const std::time_t stamp = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  std::array<char, 32> text{};
  if (::gmtime_r(&stamp, &parts) == nullptr) return "another day";
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M UTC", &parts)};
}

std::string describe(const RecordSet& set) {
  return "the " + to_string(set.type) + " records of " + set.owner.text();
}

/// Labels as an RRSIG counts them: a leading "*" is none (RFC 4034, section 3.1.3).
std::size_t counted_labels(const Name& owner) {
  return owner.labels() - (owner.is_wildcard() ? 1 : 0);
}

Result<void> check_fields(const RecordSet& set, const Rrsig& signature, const SignedZone& zone,
                          sys_seconds now) {
  const auto untrusted = [&](const std::string& what) {
    return fail(ErrorKind::Untrusted, "the signature over " + describe(set) + ' ' + what);
  };
  if (signature.signer != zone.apex) return untrusted("is not by the zone " + zone.apex.text());
  if (!set.owner.is_under(zone.apex)) return untrusted("is by a zone that does not hold them");
  if (signature.labels > counted_labels(set.owner)) return untrusted("is for a longer name");
  const seconds left = seconds_after(signature.expiration, now);
  if (left < seconds(0)) return untrusted("expired on " + date(now + left));
  const seconds wait = seconds_after(signature.inception, now);
  if (wait > seconds(0)) return untrusted("is not valid before " + date(now + wait));
  return {};
}

/// Does this key's arithmetic fit?
bool is_signed_with(const ldns_rr_list& records, const ldns_rr& signature, const Record& key) {
  const LdnsRecord ldns_key = to_ldns(key);
  const BorrowedRecords one_key(ldns_rr_list_new());
  const BorrowedRecords good(ldns_rr_list_new());
  if (!ldns_key || !one_key || !good || !ldns_rr_list_push_rr(one_key.get(), ldns_key.get())) return false;
  return ldns_verify_rrsig_keylist_notime(&records, &signature, one_key.get(), good.get()) ==
             LDNS_STATUS_OK &&
         ldns_rr_list_rr_count(good.get()) == 1;
}

bool may_fit(const Dnskey& key, const Rrsig& signature) {
  return can_sign(key) && key.algorithm == signature.algorithm && key.key_tag == signature.key_tag;
}

sys_seconds expiry_of(const RecordSet& set, const Rrsig& signature, sys_seconds now) {
  seconds left = std::min(seconds(signature.original_ttl), seconds_after(signature.expiration, now));
  for (const Record& record : set.records) left = std::min(left, seconds(record.ttl));
  return now + left;
}

/// Counts the checks over one set as well as those of the whole lookup.
class Counter {
 public:
  explicit Counter(Effort& effort) : m_effort(effort) {}
  [[nodiscard]] bool take() {
    if (m_left == 0 || m_effort.signatures == 0) return false;
    --m_left;
    --m_effort.signatures;
    return true;
  }

 private:
  Effort& m_effort;
  std::size_t m_left = Effort::kSignaturesOfSet;
};

/// Tries the keys that one signature may be by.
Result<void> try_keys(const ldns_rr_list& records, const Record& signature_record, const RecordSet& set,
                      const SignedZone& zone, Counter& counter) {
  const auto signature = read_rrsig(signature_record);
  const LdnsRecord ldns_signature = to_ldns(signature_record);
  std::string what = "is by a key that the zone does not have";
  for (const Record& record : zone.keys) {
    const auto key = read_dnskey(record);
    if (!key || !ldns_signature || !may_fit(*key, *signature)) continue;
    if (!counter.take()) {
      return fail(ErrorKind::TooLarge, describe(set) + " have more signatures to check than is sensible");
    }
    if (is_signed_with(records, *ldns_signature, record)) return {};
    what = "is wrong";
  }
  return fail(ErrorKind::Untrusted, "the signature over " + describe(set) + ' ' + what);
}

}  // namespace

bool is_supported_algorithm(std::uint8_t algorithm) {
  switch (algorithm) {
    case LDNS_RSASHA256:
    case LDNS_RSASHA512:
    case LDNS_ECDSAP256SHA256:
    case LDNS_ECDSAP384SHA384:
    case LDNS_ED25519:
    case LDNS_ED448: return true;
    default: return false;
  }
}

bool is_supported_digest(std::uint8_t digest_type) {
  return digest_type == LDNS_SHA256 || digest_type == LDNS_SHA384;
}

bool can_sign(const Dnskey& key) {
  return (key.flags & kZoneFlag) != 0 && (key.flags & kRevokedFlag) == 0 && key.protocol == kProtocol &&
         is_supported_algorithm(key.algorithm);
}

Result<SignedSet> verify_set(const RecordSet& set, const SignedZone& zone, sys_seconds now, Effort& effort) {
  Error why{ErrorKind::Untrusted, describe(set) + " are not signed"};
  const LdnsRecords records = to_ldns(set.records);
  if (set.records.empty() || !records)
    return fail(ErrorKind::Untrusted, describe(set) + " cannot be checked");
  Counter counter(effort);
  for (const Record& record : set.signatures) {
    const auto signature = read_rrsig(record);
    if (!signature) continue;
    if (auto fits = check_fields(set, *signature, zone, now); !fits) {
      why = fits.error();
      continue;
    }
    const auto verified = try_keys(*records, record, set, zone, counter);
    if (verified) return SignedSet{.labels = signature->labels, .expires = expiry_of(set, *signature, now)};
    why = verified.error();
    if (why.kind == ErrorKind::TooLarge) break;
  }
  return fail(std::move(why));
}

bool names_key(const Record& ds, const Record& key) {
  const auto digest = read_ds(ds);
  const auto fields = read_dnskey(key);
  if (!digest || !fields || ds.owner != key.owner || !is_supported_digest(digest->digest_type) ||
      digest->key_tag != fields->key_tag || digest->algorithm != fields->algorithm) {
    return false;
  }
  const LdnsRecord ldns_key = to_ldns(key);
  const LdnsRecord made(ldns_key ? ldns_key_rr2ds(ldns_key.get(), static_cast<ldns_hash>(digest->digest_type))
                                 : nullptr);
  const auto expected = made ? from_ldns(*made) : std::nullopt;
  return expected && expected->rdata == ds.rdata;
}

Result<SignedSet> verify_keys(const RecordSet& keys, std::span<const Record> ds, sys_seconds now,
                              Effort& effort) {
  SignedZone vouched_for{.apex = keys.owner};
  for (const Record& key : keys.records) {
    const auto fields = read_dnskey(key);
    const auto names = [&](const Record& each) { return names_key(each, key); };
    if (fields && can_sign(*fields) && std::ranges::any_of(ds, names)) vouched_for.keys.push_back(key);
  }
  if (vouched_for.keys.empty()) {
    return fail(ErrorKind::Untrusted,
                "none of the keys of " + keys.owner.text() + " is the one that " +
                    (keys.owner.is_root() ? "the trust anchor names" : "the zone above vouches for"));
  }
  return verify_set(keys, vouched_for, now, effort);
}

}  // namespace tlscore::dns
