// Name constraints: read and applied.
#include "tlscore/x509/name_constraints.h"

#include <algorithm>
#include <bit>

#include "tlscore/x509/directory_string.h"
#include "tlscore/x509/distinguished_name.h"
#include "tlscore/x509/name_subtree.h"
#include "tlscore/x509/server_name.h"

namespace tlscore::x509 {
namespace {

constexpr std::size_t kMaxSubtrees = 2048;
// Names times subtrees: what one certificate of a hostile CA may cost us. Others draw the same line.
constexpr std::size_t kMaxComparisons = 1U << 18U;
constexpr std::uint8_t kPermittedTag = 0xa0;
constexpr std::uint8_t kExcludedTag = 0xa1;

/// RFC 4632: ones, then zeros.
bool is_prefix_mask(ByteView mask) {
  bool has_ended = false;
  for (const std::uint8_t octet : mask) {
    if (has_ended && octet != 0) return false;
    const int ones = std::countl_one(octet);
    if (ones + std::countr_zero(octet) < 8) return false;
    has_ended = ones < 8;
  }
  return true;
}

Result<void> read_subtree(GeneralName& base) {
  if (base.form == NameForm::Directory)
    base.value = to_bytes(comparison_key(TRY(parse_distinguished_name(base.value))));
  if (base.form == NameForm::Ip) {
    const std::size_t size = base.value.size();
    if ((size != 8 && size != 32) || !is_prefix_mask(ByteView(base.value).last(size / 2))) {
      return fail(ErrorKind::Malformed, "a name constraint with a broken address");
    }
  }
  return {};
}

/// GeneralSubtrees ::= SEQUENCE SIZE (1..MAX) OF SEQUENCE { base GeneralName, minimum [0] DEFAULT 0, maximum
/// [1] }
Result<std::vector<GeneralName>> parse_subtrees(ByteView contents) {
  std::vector<GeneralName> subtrees;
  DerReader reader(contents);
  while (!reader.done()) {
    const auto subtree = reader.next(kDerSequence);
    if (!subtree) return fail(ErrorKind::Malformed, "a broken name constraint");
    DerReader fields(*subtree);
    const auto base = fields.next();
    if (!base || !fields.done())
      return fail(ErrorKind::Malformed, "a name constraint with a minimum or maximum");
    if (subtrees.size() == kMaxSubtrees) return fail(ErrorKind::TooLarge, "more than 2048 name constraints");
    subtrees.push_back(TRY(general_name(*base)));
    TRY(read_subtree(subtrees.back()));
  }
  if (subtrees.empty()) return fail(ErrorKind::Malformed, "an empty name constraint");
  return subtrees;
}

bool has_form(std::span<const GeneralName> names, NameForm form) {
  return std::ranges::any_of(names, [form](const GeneralName& name) { return name.form == form; });
}

bool is_constrained(const NameConstraints& constraints, NameForm form) {
  return has_form(constraints.permitted, form) || has_form(constraints.excluded, form);
}

std::string show(const GeneralName& name) {
  switch (name.form) {
    case NameForm::Dns:
    case NameForm::Rfc822:
    case NameForm::Uri: return escape_controls(as_text(name.value));
    case NameForm::Ip: return address_text(name.value);
    case NameForm::Directory: {
      const auto parsed = parse_distinguished_name(name.value);
      return parsed ? to_text(*parsed) : "a broken name";
    }
    default: return "a name of another form";
  }
}

Result<void> check_name(const NameConstraints& constraints, const GeneralName& name) {
  if (!is_constrained(constraints, name.form)) return {};
  const auto compared = ComparedName::create(name);
  if (!compared) {
    return fail(ErrorKind::Untrusted,
                "the CA's name constraints are of a kind that cannot be checked for " + show(name));
  }
  const auto excludes = [&](const GeneralName& base) { return compared->is_excluded_by(base); };
  const auto permits = [&](const GeneralName& base) { return compared->is_permitted_by(base); };
  const bool is_excluded = std::ranges::any_of(constraints.excluded, excludes);
  const bool is_permitted =
      !has_form(constraints.permitted, name.form) || std::ranges::any_of(constraints.permitted, permits);
  if (is_excluded || !is_permitted) {
    return fail(ErrorKind::Untrusted, "the CA's name constraints exclude " + show(name));
  }
  return {};
}

}  // namespace

Result<NameConstraints> parse_name_constraints(ByteView extension) {
  DerReader outer(extension);
  const auto sequence = outer.next(kDerSequence);
  if (!sequence || !outer.done()) return fail(ErrorKind::Malformed, "broken name constraints");
  DerReader reader(*sequence);
  NameConstraints constraints;
  if (const auto permitted = reader.next(kPermittedTag))
    constraints.permitted = TRY(parse_subtrees(*permitted));
  if (const auto excluded = reader.next(kExcludedTag)) constraints.excluded = TRY(parse_subtrees(*excluded));
  if (!reader.done()) return fail(ErrorKind::Malformed, "broken name constraints");
  if (constraints.permitted.empty() && constraints.excluded.empty()) {
    return fail(ErrorKind::Malformed, "name constraints without a constraint");
  }
  return constraints;
}

Result<void> check_name_constraints(const NameConstraints& constraints, ByteView subject,
                                    std::span<const GeneralName> alternative_names) {
  const std::size_t subtrees = constraints.permitted.size() + constraints.excluded.size();
  if ((alternative_names.size() + 1) * subtrees > kMaxComparisons) {
    return fail(ErrorKind::Untrusted, "the CA's name constraints are too many to be checked");
  }
  const DistinguishedName name = TRY(parse_distinguished_name(subject));
  if (!name.rdns.empty())
    TRY(check_name(constraints, {NameForm::Directory, Bytes(subject.begin(), subject.end())}));
  for (const std::string& address : email_addresses(name))
    TRY(check_name(constraints, {NameForm::Rfc822, to_bytes(address)}));
  for (const GeneralName& alternative : alternative_names) TRY(check_name(constraints, alternative));
  return {};
}

}  // namespace tlscore::x509
