// Names of certificates: read, written, compared.
#include "tlscore/x509/distinguished_name.h"

#include <mbedtls/oid.h>

#include <algorithm>
#include <array>
#include <ranges>

#include "tlscore/x509/der.h"
#include "tlscore/x509/directory_string.h"

namespace tlscore::x509 {
namespace {

constexpr std::size_t kMaxRdns = 64;
constexpr std::string_view kEmailAddress = MBEDTLS_OID_PKCS9_EMAIL;

struct ShortName {
  std::string_view oid;
  std::string_view text;
};

// RFC 4514, section 3, and what else is usual in certificates.
constexpr ShortName kShortNames[] = {
    {MBEDTLS_OID_AT_CN, "CN"},
    {MBEDTLS_OID_AT_COUNTRY, "C"},
    {MBEDTLS_OID_AT_LOCALITY, "L"},
    {MBEDTLS_OID_AT_STATE, "ST"},
    {MBEDTLS_OID_AT_ORGANIZATION, "O"},
    {MBEDTLS_OID_AT_ORG_UNIT, "OU"},
    {MBEDTLS_OID_AT_SERIAL_NUMBER, "serialNumber"},
    {MBEDTLS_OID_DOMAIN_COMPONENT, "DC"},
    {MBEDTLS_OID_UID, "UID"},
    {kEmailAddress, "emailAddress"},
};

std::string type_text(const Bytes& oid) {
  const auto* const known = std::ranges::find(kShortNames, as_text(oid), &ShortName::oid);
  return known == std::ranges::end(kShortNames) ? oid_text(oid) : std::string(known->text);
}

/// RFC 4514, section 2.4.
std::string escape_value(std::string_view value) {
  std::string result;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const char c = value[i];
    const bool is_edge_space = c == ' ' && (i == 0 || i + 1 == value.size());
    if (std::string_view(",+\"\\<>;").contains(c) || (c == '#' && i == 0) || is_edge_space) result += '\\';
    result += c;
  }
  return escape_controls(result);
}

std::string attribute_text(const NameAttribute& attribute) {
  const std::string value = attribute.is_text ? escape_value(attribute.value)
                                              : "#" + to_hex(der(attribute.tag, as_bytes(attribute.value)));
  return type_text(attribute.oid) + "=" + value;
}

/// RelativeDistinguishedName ::= SET SIZE (1..MAX) OF SEQUENCE { type OBJECT IDENTIFIER, value ANY }
Result<std::vector<NameAttribute>> parse_rdn(ByteView set) {
  std::vector<NameAttribute> rdn;
  DerReader reader(set);
  while (!reader.done()) {
    const auto sequence = reader.next(kDerSequence);
    if (!sequence) return fail(ErrorKind::Malformed, "a distinguished name with a broken attribute");
    DerReader fields(*sequence);
    const auto oid = fields.next(kDerOid);
    const auto value = fields.next();
    if (!oid || oid->empty() || !value || !fields.done()) {
      return fail(ErrorKind::Malformed, "a distinguished name with a broken attribute");
    }
    if (rdn.size() == kMaxRdns)
      return fail(ErrorKind::TooLarge, "a distinguished name with too many attributes");
    auto text = decode_string(value->tag, value->contents);
    const bool is_text = text.has_value();
    rdn.push_back({Bytes(oid->begin(), oid->end()), value->tag,
                   is_text ? std::move(*text) : std::string(as_text(value->contents)), is_text});
  }
  if (rdn.empty()) return fail(ErrorKind::Malformed, "a distinguished name with an empty part");
  return rdn;
}

void append_sized(std::string& key, std::string_view text) {
  for (int shift = 24; shift >= 0; shift -= 8) key += static_cast<char>((text.size() >> shift) & 0xffU);
  key += text;
}

/// A value that we cannot read is compared by its type and octets.
std::string attribute_key(const NameAttribute& attribute) {
  std::string key;
  append_sized(key, as_text(attribute.oid));
  key += attribute.is_text ? '\0' : static_cast<char>(attribute.tag);
  append_sized(key, attribute.is_text ? fold_for_comparison(attribute.value) : attribute.value);
  return key;
}

/// A set: its order says nothing.
std::string rdn_key(const std::vector<NameAttribute>& rdn) {
  std::vector<std::string> attributes;
  attributes.reserve(rdn.size());
  for (const NameAttribute& attribute : rdn) attributes.push_back(attribute_key(attribute));
  std::ranges::sort(attributes);
  std::string key(1, static_cast<char>(rdn.size()));
  for (const std::string& attribute : attributes) key += attribute;
  return key;
}

template <class Predicate>
bool any_attribute(const DistinguishedName& name, Predicate predicate) {
  return std::ranges::any_of(name.rdns, [&](const auto& rdn) { return std::ranges::any_of(rdn, predicate); });
}

}  // namespace

Result<DistinguishedName> parse_distinguished_name(ByteView name) {
  DerReader outer(name);
  const auto sequence = outer.next(kDerSequence);
  if (!sequence || !outer.done()) return fail(ErrorKind::Malformed, "not a distinguished name");
  DistinguishedName result;
  DerReader reader(*sequence);
  while (!reader.done()) {
    const auto set = reader.next(kDerSet);
    if (!set) return fail(ErrorKind::Malformed, "a distinguished name with a broken part");
    if (result.rdns.size() == kMaxRdns)
      return fail(ErrorKind::TooLarge, "a distinguished name with too many parts");
    result.rdns.push_back(TRY(parse_rdn(*set)));
  }
  return result;
}

std::string to_text(const DistinguishedName& name) {
  std::string text;
  // RFC 4514, section 2.1: starting with the last.
  for (const auto& rdn : name.rdns | std::views::reverse) {
    if (!text.empty()) text += ',';
    for (std::size_t i = 0; i < rdn.size(); ++i) {
      if (i > 0) text += '+';
      text += attribute_text(rdn[i]);
    }
  }
  return text;
}

std::string comparison_key(const DistinguishedName& name) {
  std::string key;
  for (const auto& rdn : name.rdns) key += rdn_key(rdn);
  return key;
}

bool is_within(const DistinguishedName& name, const DistinguishedName& base) {
  return comparison_key(name).starts_with(comparison_key(base));
}

bool has_unreadable_value(const DistinguishedName& name) {
  return any_attribute(name, [](const NameAttribute& attribute) { return !attribute.is_text; });
}

std::vector<std::string> email_addresses(const DistinguishedName& name) {
  std::vector<std::string> addresses;
  for (const auto& rdn : name.rdns) {
    for (const NameAttribute& attribute : rdn) {
      if (as_text(attribute.oid) == kEmailAddress) addresses.push_back(attribute.value);
    }
  }
  return addresses;
}

std::string oid_text(ByteView oid) {
  mbedtls_asn1_buf buffer{};
  buffer.len = oid.size();
  buffer.p = const_cast<unsigned char*>(oid.data());  // only read
  std::array<char, 128> text{};
  if (::mbedtls_oid_get_numeric_string(text.data(), text.size(), &buffer) < 0) return "0x" + to_hex(oid);
  return text.data();
}

}  // namespace tlscore::x509
