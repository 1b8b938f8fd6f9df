// RDATA, field by field. ldns knows key tags and base32hex.
#include "tlscore/dns/record.h"

#include <algorithm>
#include <array>
#include <utility>

#include "tlscore/base/byte_reader.h"
#include "tlscore/dns/ldns_handles.h"

namespace tlscore::dns {
namespace {

constexpr std::array<std::pair<RecordType, std::string_view>, 12> kTypeNames{{
    {RecordType::A, "A"},
    {RecordType::Ns, "NS"},
    {RecordType::Cname, "CNAME"},
    {RecordType::Soa, "SOA"},
    {RecordType::Aaaa, "AAAA"},
    {RecordType::Dname, "DNAME"},
    {RecordType::Ds, "DS"},
    {RecordType::Rrsig, "RRSIG"},
    {RecordType::Nsec, "NSEC"},
    {RecordType::Dnskey, "DNSKEY"},
    {RecordType::Nsec3, "NSEC3"},
    {RecordType::Tlsa, "TLSA"},
}};

constexpr std::size_t kMaxWindow = 32;
constexpr std::size_t kSoaNumbers = 20;  // serial, refresh, retry, expire, minimum

/// The octets that a hashed owner's first label stands for, in base32hex (RFC 5155, section 3.3).
std::optional<Bytes> read_hash_label(std::string_view label) {
  Bytes hash(Name::kMaxLabel);
  const int count = ldns_b32_pton_extended_hex(label.data(), label.size(), hash.data(), hash.size());
  if (count <= 0) return std::nullopt;
  hash.resize(static_cast<std::size_t>(count));
  return hash;
}

/// Octets behind a length of one octet.
std::optional<Bytes> read_counted(ByteReader& reader) {
  const auto length = reader.u8();
  const auto octets = length ? reader.bytes(*length) : std::nullopt;
  if (!octets) return std::nullopt;
  return Bytes(octets->begin(), octets->end());
}

}  // namespace

std::string to_string(RecordType type) {
  const auto* const known =
      std::ranges::find(kTypeNames, type, &std::pair<RecordType, std::string_view>::first);
  if (known != kTypeNames.end()) return std::string(known->second);
  return "TYPE" + std::to_string(std::to_underlying(type));
}

RecordSet find_set(std::span<const Record> section, const Name& owner, RecordType type) {
  RecordSet set{.owner = owner, .type = type};
  for (const Record& record : section) {
    if (record.owner != owner) continue;
    // A record that came twice is one (RFC 2181, section 5).
    if (record.type == type &&
        std::ranges::find(set.records, record.rdata, &Record::rdata) == set.records.end()) {
      set.records.push_back(record);
    }
    if (const auto signature = read_rrsig(record); signature && signature->covered == type) {
      set.signatures.push_back(record);
    }
  }
  return set;
}

std::optional<TypeBitmap> TypeBitmap::read(ByteView octets) {
  ByteReader reader(octets);
  int before = -1;
  while (reader.left() > 0) {
    const auto window = reader.u8();
    const auto length = reader.u8();
    if (!window || !length || *window <= before || *length == 0 || *length > kMaxWindow ||
        !reader.bytes(*length)) {
      return std::nullopt;
    }
    before = *window;
  }
  return TypeBitmap(octets);
}

bool TypeBitmap::contains(RecordType type) const {
  const unsigned value = std::to_underlying(type);
  const unsigned at = (value & 0xffU) >> 3U;
  for (ByteReader reader(m_octets); reader.left() > 0;) {
    const auto window = *reader.u8();
    const auto bits = *reader.bytes(*reader.u8());
    if (window == value >> 8U) return at < bits.size() && (bits[at] & (0x80U >> (value & 7U))) != 0;
  }
  return false;
}

std::optional<Rrsig> read_rrsig(const Record& record) {
  if (record.type != RecordType::Rrsig) return std::nullopt;
  ByteReader reader(record.rdata);
  const auto covered = reader.u16();
  const auto algorithm = reader.u8();
  const auto labels = reader.u8();
  const auto original_ttl = reader.u32();
  const auto expiration = reader.u32();
  const auto inception = reader.u32();
  const auto key_tag = reader.u16();
  if (!key_tag) return std::nullopt;
  ByteView rest = reader.rest();
  auto signer = Name::take_from_wire(rest);
  if (!signer || rest.empty()) return std::nullopt;
  return Rrsig{.covered = static_cast<RecordType>(*covered),
               .algorithm = *algorithm,
               .labels = *labels,
               .original_ttl = *original_ttl,
               .expiration = *expiration,
               .inception = *inception,
               .key_tag = *key_tag,
               .signer = *std::move(signer)};
}

std::optional<Dnskey> read_dnskey(const Record& record) {
  if (record.type != RecordType::Dnskey) return std::nullopt;
  ByteReader reader(record.rdata);
  const auto flags = reader.u16();
  const auto protocol = reader.u8();
  const auto algorithm = reader.u8();
  if (!algorithm || reader.left() == 0) return std::nullopt;
  return Dnskey{.flags = *flags,
                .protocol = *protocol,
                .algorithm = *algorithm,
                .key_tag = ldns_calc_keytag_raw(record.rdata.data(), record.rdata.size())};
}

std::optional<Ds> read_ds(const Record& record) {
  if (record.type != RecordType::Ds) return std::nullopt;
  ByteReader reader(record.rdata);
  const auto key_tag = reader.u16();
  const auto algorithm = reader.u8();
  const auto digest_type = reader.u8();
  if (!digest_type || reader.left() == 0) return std::nullopt;
  return Ds{.key_tag = *key_tag, .algorithm = *algorithm, .digest_type = *digest_type};
}

std::optional<Nsec> read_nsec(const Record& record) {
  if (record.type != RecordType::Nsec) return std::nullopt;
  ByteView rest = record.rdata;
  auto next = Name::take_from_wire(rest);
  auto types = next ? TypeBitmap::read(rest) : std::nullopt;
  if (!types) return std::nullopt;
  return Nsec{.owner = record.owner, .next = *std::move(next), .types = *std::move(types)};
}

std::optional<Nsec3> read_nsec3(const Record& record) {
  if (record.type != RecordType::Nsec3) return std::nullopt;
  ByteReader reader(record.rdata);
  const auto algorithm = reader.u8();
  const auto flags = reader.u8();
  const auto iterations = reader.u16();
  if (!iterations) return std::nullopt;
  auto salt = read_counted(reader);
  auto next = salt ? read_counted(reader) : std::nullopt;
  auto hash = next ? read_hash_label(record.owner.first_label()) : std::nullopt;
  if (!hash || hash->size() != next->size()) return std::nullopt;
  auto types = TypeBitmap::read(reader.rest());
  if (!types) return std::nullopt;
  return Nsec3{.hash = *std::move(hash),
               .algorithm = *algorithm,
               .flags = *flags,
               .iterations = *iterations,
               .salt = *std::move(salt),
               .next = *std::move(next),
               .types = *std::move(types)};
}

std::optional<Name> read_target(const Record& record) {
  if (record.type != RecordType::Cname && record.type != RecordType::Dname) return std::nullopt;
  return Name::from_wire(record.rdata);
}

std::optional<std::chrono::seconds> read_negative_ttl(const Record& soa) {
  if (soa.type != RecordType::Soa) return std::nullopt;
  ByteView rest = soa.rdata;
  if (!Name::take_from_wire(rest) || !Name::take_from_wire(rest) || rest.size() != kSoaNumbers)
    return std::nullopt;
  ByteReader minimum(rest.last(4));
  return std::chrono::seconds(std::min(soa.ttl, *minimum.u32()));
}

}  // namespace tlscore::dns
