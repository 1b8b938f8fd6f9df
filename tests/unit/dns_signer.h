// Makes records, keys and signatures for the tests of tlscore/dns. ldns signs.
#pragma once

#include <chrono>
#include <string_view>

#include "tlscore/dns/ldns_handles.h"
#include "tlscore/dns/signature.h"
#include "tlscore/dns/validator.h"

namespace tlscore::dns::testing {

/// Owns its keys too.
using LdnsKeys = CHandle<ldns_key_list, ldns_key_list_free>;

inline const std::chrono::sys_seconds kNow{std::chrono::seconds(1'800'000'000)};

inline Name name(std::string_view text) {
  return Name::parse(text).value();
}

/// A record in the form of a zone file: `www.test. 300 IN A 192.0.2.1`.
inline Record record(const std::string& line) {
  ldns_rr* made = nullptr;
  if (ldns_rr_new_frm_str(&made, line.c_str(), 300, nullptr, nullptr) != LDNS_STATUS_OK) std::abort();
  const LdnsRecord owned(made);
  return from_ldns(*owned).value();
}

/// Joins sections and records.
inline std::vector<Record> join(std::initializer_list<std::vector<Record>> parts) {
  std::vector<Record> all;
  for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

/// A zone with one key.
class Signer {
 public:
  explicit Signer(std::string_view apex, ldns_signing_algorithm algorithm = LDNS_SIGN_ECDSAP256SHA256,
                  std::uint16_t flags = 257)
      : m_keys(ldns_key_list_new()), m_key(ldns_key_new_frm_algorithm(algorithm, 1024)) {
    ldns_key_list_push_key(m_keys.get(), m_key);
    zone.apex = name(apex);
    std::string dotted(apex == "." ? "." : std::string(apex) + ".");
    ldns_key_set_pubkey_owner(m_key, ldns_dname_new_frm_str(dotted.c_str()));
    ldns_key_set_flags(m_key, 257);
    ldns_key_set_origttl(m_key, 300);
    Record key = from_ldns(*LdnsRecord(ldns_key2rr(m_key))).value();
    key.ttl = 300;
    // ldns signs with zone keys only, whatever else its record says.
    key.rdata[0] = static_cast<std::uint8_t>(flags >> 8U);
    key.rdata[1] = static_cast<std::uint8_t>(flags);
    ldns_key_set_keytag(m_key, read_dnskey(key)->key_tag);
    zone.keys = {key};
    const LdnsRecord made(ldns_key_rr2ds(to_ldns(key).get(), LDNS_SHA256));
    ds = from_ldns(*made).value();
    set_window(std::chrono::hours(-1), std::chrono::hours(24));
  }

  /// When signatures begin and end, from kNow.
  void set_window(std::chrono::seconds begin, std::chrono::seconds end) {
    const auto at = [](std::chrono::seconds offset) {
      return static_cast<std::uint32_t>((kNow + offset).time_since_epoch().count());
    };
    ldns_key_set_inception(m_key, at(begin));
    ldns_key_set_expiration(m_key, at(end));
  }

  /// The signature over records of one owner and type.
  [[nodiscard]] Record signature(const std::vector<Record>& records) const {
    const LdnsRecords set = to_ldns(records);
    const LdnsRecords made(ldns_sign_public(set.get(), m_keys.get()));
    return from_ldns(*ldns_rr_list_rr(made.get(), 0)).value();
  }

  /// The records with their signature behind them.
  [[nodiscard]] std::vector<Record> signed_records(std::vector<Record> records) const {
    records.push_back(signature({records}));
    return records;
  }
  [[nodiscard]] std::vector<Record> signed_record(const std::string& line) const {
    return signed_records({record(line)});
  }
  [[nodiscard]] RecordSet signed_set(const std::string& line) const {
    const auto all = signed_record(line);
    return find_set(all, all.front().owner, all.front().type);
  }

  SignedZone zone{};
  Record ds{};

 private:
  LdnsKeys m_keys;
  ldns_key* m_key;  // the one in it
};

/// `records` as if a wildcard had been expanded to `owner`.
inline std::vector<Record> expanded(std::vector<Record> records, std::string_view owner) {
  for (Record& each : records) each.owner = name(owner);
  return records;
}

}  // namespace tlscore::dns::testing
