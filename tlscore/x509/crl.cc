// CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signatureValue BIT STRING }
#include "tlscore/x509/crl.h"

#include <mbedtls/oid.h>

#include <algorithm>

#include "tlscore/x509/der_time.h"
#include "tlscore/x509/distinguished_name.h"
#include "tlscore/x509/issuer_signature.h"
#include "tlscore/x509/pem.h"

namespace tlscore::x509 {
namespace {

constexpr std::size_t kMaxDerBytes = 16U << 20U;
constexpr std::uint8_t kExtensionsTag = 0xa0;
constexpr std::uint8_t kKeyIdentifierTag = 0x80;
constexpr std::uint8_t kIndirectTag = 0x84;

// Contents of id-ce's object identifiers.
constexpr std::uint8_t kCrlNumber[] = {0x55, 0x1d, 0x14};
constexpr std::uint8_t kReasonCode[] = {0x55, 0x1d, 0x15};
constexpr std::uint8_t kInvalidityDate[] = {0x55, 0x1d, 0x18};
constexpr std::uint8_t kIssuingDistributionPoint[] = {0x55, 0x1d, 0x1c};
constexpr std::uint8_t kAuthorityKeyIdentifier[] = {0x55, 0x1d, 0x23};

std::unexpected<Error> malformed() {
  return fail(ErrorKind::Malformed, "a broken CRL");
}

bool is_one_of(ByteView oid, std::initializer_list<ByteView> known) {
  return std::ranges::any_of(known, [oid](ByteView other) { return std::ranges::equal(oid, other); });
}

/// Calls `use(oid, value)` for each of these Extensions that is known; fails for a critical one that is not.
template <class Use>
Result<void> read_extensions(ByteView extensions, std::initializer_list<ByteView> known, Use use) {
  DerReader reader(extensions);
  while (!reader.done()) {
    const auto extension = reader.next(kDerSequence);
    if (!extension) return malformed();
    DerReader fields(*extension);
    const auto oid = fields.next(kDerOid);
    const auto critical = fields.next(kDerBoolean);
    const auto value = fields.next(kDerOctetString);
    if (!oid || !value || !fields.done()) return malformed();
    const bool is_critical = critical && !critical->empty() && critical->front() != 0;
    if (is_one_of(*oid, known)) {
      TRY(use(*oid, *value));
    } else if (is_critical) {
      return fail(ErrorKind::Unsupported, "a CRL with a critical extension that is not known here");
    }
  }
  return {};
}

/// Its certificates would be other CAs'.
Result<void> check_is_direct(ByteView distribution_point) {
  DerReader outer(distribution_point);
  const auto sequence = outer.next(kDerSequence);
  if (!sequence || !outer.done()) return malformed();
  DerReader fields(*sequence);
  while (!fields.done()) {
    const auto field = fields.next();
    if (!field) return malformed();
    if (field->tag == kIndirectTag) return fail(ErrorKind::Unsupported, "an indirect CRL");
  }
  return {};
}

}  // namespace

struct Crl::Data {
  Bytes der;
  std::string issuer_key;
  std::string issuer;
  std::chrono::sys_seconds this_update;
  std::chrono::sys_seconds next_update;
  // These point into `der`; the serials are sorted.
  SignedOctets signed_octets;
  ByteView key_identifier;
  ByteView scope;
  std::vector<ByteView> serials;

  Result<void> read();
  Result<void> read_list(ByteView list);
  Result<void> read_dates(DerReader& fields);
  Result<void> read_entries(ByteView entries);
  Result<void> read_extension(ByteView oid, ByteView value);
};

namespace {

bool precedes(ByteView a, ByteView b) {
  return std::ranges::lexicographical_compare(a, b);
}

}  // namespace

Result<void> Crl::Data::read() {
  DerReader outer(der);
  const auto whole = outer.next(kDerSequence);
  if (!whole || !outer.done()) return malformed();
  DerReader parts(*whole);
  const auto list = parts.next();
  const auto algorithm = parts.next(kDerSequence);
  const auto signature = parts.next(kDerBitString);
  if (!list || list->tag != kDerSequence || !algorithm || !signature || !parts.done()) return malformed();
  if (signature->empty() || signature->front() != 0) return malformed();
  signed_octets = {list->whole, *algorithm, signature->subspan(1)};
  TRY(check_signature_algorithm(*algorithm));
  return read_list(list->contents);
}

Result<void> Crl::Data::read_dates(DerReader& fields) {
  const auto first = fields.next();
  const auto from = first ? parse_der_time(first->whole) : std::nullopt;
  if (!from) return malformed();
  const auto second = fields.next();
  const auto to = second ? parse_der_time(second->whole) : std::nullopt;
  if (!to) return fail(ErrorKind::Unsupported, "a CRL that does not say when the next one comes");
  this_update = *from;
  next_update = *to;
  return {};
}

/// TBSCertList without its tag.
Result<void> Crl::Data::read_list(ByteView list) {
  DerReader fields(list);
  static_cast<void>(fields.next(kDerInteger));  // version
  const auto algorithm = fields.next(kDerSequence);
  if (!algorithm || !std::ranges::equal(*algorithm, signed_octets.algorithm)) return malformed();
  const auto name = fields.next();
  if (!name) return malformed();
  const DistinguishedName parsed = TRY(parse_distinguished_name(name->whole));
  issuer_key = comparison_key(parsed);
  issuer = to_text(parsed);
  TRY(read_dates(fields));
  if (const auto entries = fields.next(kDerSequence)) TRY(read_entries(*entries));
  if (const auto extensions = fields.next(kExtensionsTag)) {
    DerReader outer(*extensions);
    const auto sequence = outer.next(kDerSequence);
    if (!sequence || !outer.done()) return malformed();
    TRY(read_extensions(*sequence, {kCrlNumber, kIssuingDistributionPoint, kAuthorityKeyIdentifier},
                        [this](ByteView oid, ByteView value) { return read_extension(oid, value); }));
  }
  return fields.done() ? Result<void>() : malformed();
}

Result<void> Crl::Data::read_extension(ByteView oid, ByteView value) {
  if (is_one_of(oid, {kIssuingDistributionPoint})) {
    scope = value;
    return check_is_direct(value);
  }
  if (!is_one_of(oid, {kAuthorityKeyIdentifier})) return {};
  DerReader outer(value);
  const auto sequence = outer.next(kDerSequence);
  if (!sequence) return malformed();
  key_identifier = DerReader(*sequence).next(kKeyIdentifierTag).value_or(ByteView());
  return {};
}

Result<void> Crl::Data::read_entries(ByteView entries) {
  DerReader reader(entries);
  while (!reader.done()) {
    const auto entry = reader.next(kDerSequence);
    if (!entry) return malformed();
    DerReader fields(*entry);
    const auto serial = fields.next(kDerInteger);
    const auto date = fields.next();
    if (!serial || !date) return malformed();
    if (const auto extensions = fields.next(kDerSequence)) {
      TRY(read_extensions(*extensions, {kReasonCode, kInvalidityDate},
                          [](ByteView /*oid*/, ByteView /*value*/) { return Result<void>(); }));
    }
    if (!fields.done()) return malformed();
    serials.push_back(*serial);
  }
  std::ranges::sort(serials, precedes);
  return {};
}

Crl::Crl(std::shared_ptr<const Data> data) : m_data(std::move(data)) {}

Result<Crl> Crl::parse_der(ByteView der) {
  if (der.size() > kMaxDerBytes) return fail(ErrorKind::TooLarge, "a CRL of more than 16 MiB");
  auto data = std::make_shared<Data>();
  data->der.assign(der.begin(), der.end());
  TRY(data->read());
  return Crl(std::move(data));
}

const std::string& Crl::issuer_key() const {
  return m_data->issuer_key;
}
const std::string& Crl::issuer() const {
  return m_data->issuer;
}
ByteView Crl::authority_key_identifier() const {
  return m_data->key_identifier;
}
std::chrono::sys_seconds Crl::this_update() const {
  return m_data->this_update;
}
std::chrono::sys_seconds Crl::next_update() const {
  return m_data->next_update;
}
ByteView Crl::scope() const {
  return m_data->scope;
}

bool Crl::revokes(ByteView serial) const {
  return std::ranges::binary_search(m_data->serials, serial, precedes);
}

Result<void> Crl::check_signature(const Certificate& issuer) const {
  return check_signature_by(issuer, m_data->signed_octets);
}

Result<std::vector<Crl>> parse_crls(std::string_view octets) {
  std::vector<Crl> crls;
  if (octets.starts_with(static_cast<char>(kDerSequence))) {
    crls.push_back(TRY(Crl::parse_der(as_bytes(octets))));
    return crls;
  }
  for (const Bytes& block : TRY(parse_pem(octets, "X509 CRL"))) crls.push_back(TRY(Crl::parse_der(block)));
  if (crls.empty()) return fail(ErrorKind::NotFound, "there is no CRL");
  return crls;
}

}  // namespace tlscore::x509
