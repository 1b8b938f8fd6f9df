// Resource records, and what stands in those that DNSSEC is made of (RFC 4034, RFC 5155).
//
// Only reads. What follows from them is for signature.h, denial.h and validator.h to say.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tlscore/dns/name.h"

namespace tlscore::dns {

/// Any value may come from the network; these are the ones that we know.
enum class RecordType : std::uint16_t {
  A = 1,
  Ns = 2,
  Cname = 5,
  Soa = 6,
  Aaaa = 28,
  Dname = 39,
  Ds = 43,
  Rrsig = 46,
  Nsec = 47,
  Dnskey = 48,
  Nsec3 = 50,
  Tlsa = 52,
};

/// "TLSA", or "TYPE65280".
[[nodiscard]] std::string to_string(RecordType type);

/// One record of class IN. Names inside `rdata` are uncompressed.
struct Record {
  Name owner{};
  RecordType type{};
  std::uint32_t ttl = 0;  ///< Seconds.
  Bytes rdata{};

  friend bool operator==(const Record&, const Record&) = default;
};

/// A set of records with the signatures over it. Points to nothing else.
struct RecordSet {
  Name owner{};
  RecordType type{};
  std::vector<Record> records{};
  std::vector<Record> signatures{};  ///< RRSIG records that say they cover the set.
};

/// The set of that owner and type in `section`; without records where it has none.
[[nodiscard]] RecordSet find_set(std::span<const Record> section, const Name& owner, RecordType type);

/// The types that a name has, as NSEC and NSEC3 list them (RFC 4034, section 4.1.2).
class TypeBitmap {
 public:
  /// Nothing where the windows are out of order, empty or too long.
  static std::optional<TypeBitmap> read(ByteView octets);
  [[nodiscard]] bool contains(RecordType type) const;

 private:
  explicit TypeBitmap(ByteView octets) : m_octets(octets.begin(), octets.end()) {}
  Bytes m_octets;
};

/// RFC 4034, section 3.1. Times are seconds since 1970, modulo 2^32.
struct Rrsig {
  RecordType covered{};
  std::uint8_t algorithm = 0;
  std::uint8_t labels = 0;
  std::uint32_t original_ttl = 0;
  std::uint32_t expiration = 0;
  std::uint32_t inception = 0;
  std::uint16_t key_tag = 0;
  Name signer{};
};

/// RFC 4034, section 2.1.
struct Dnskey {
  std::uint16_t flags = 0;
  std::uint8_t protocol = 0;
  std::uint8_t algorithm = 0;
  std::uint16_t key_tag = 0;  ///< Computed (appendix B).
};

/// RFC 4034, section 5.1.
struct Ds {
  std::uint16_t key_tag = 0;
  std::uint8_t algorithm = 0;
  std::uint8_t digest_type = 0;
};

/// RFC 4034, section 4.1, with its owner.
struct Nsec {
  Name owner{};
  Name next{};
  TypeBitmap types;
};

/// RFC 5155, section 3.1, with what its owner's first label says.
struct Nsec3 {
  Bytes hash{};  ///< Of the name that it is for.
  std::uint8_t algorithm = 0;
  std::uint8_t flags = 0;
  std::uint16_t iterations = 0;
  Bytes salt{};
  Bytes next{};  ///< The next hash in the zone.
  TypeBitmap types;
};

// Each gives nothing for a record of another type, or one that breaks its form.
[[nodiscard]] std::optional<Rrsig> read_rrsig(const Record& record);
[[nodiscard]] std::optional<Dnskey> read_dnskey(const Record& record);
[[nodiscard]] std::optional<Ds> read_ds(const Record& record);
[[nodiscard]] std::optional<Nsec> read_nsec(const Record& record);
[[nodiscard]] std::optional<Nsec3> read_nsec3(const Record& record);
/// The target of a CNAME or DNAME.
[[nodiscard]] std::optional<Name> read_target(const Record& record);
/// For how long an absence may be remembered (RFC 2308, section 5): the least of the SOA's TTL and its last
/// field.
[[nodiscard]] std::optional<std::chrono::seconds> read_negative_ttl(const Record& soa);

}  // namespace tlscore::dns
