// GeneralName ::= CHOICE, with implicit tags but for directoryName.
#include "tlscore/x509/general_name.h"

namespace tlscore::x509 {
namespace {

constexpr std::size_t kMaxNames = 2048;
constexpr std::uint8_t kClassBits = 0xc0;
constexpr std::uint8_t kContextSpecific = 0x80;
constexpr std::uint8_t kConstructed = 0x20;
constexpr std::uint8_t kNumberBits = 0x1f;

bool is_constructed_form(NameForm form) {
  return form == NameForm::Other || form == NameForm::X400 || form == NameForm::Directory ||
         form == NameForm::EdiParty;
}

}  // namespace

Result<GeneralName> general_name(const DerElement& element) {
  const auto number = static_cast<std::uint8_t>(element.tag & kNumberBits);
  const auto form = static_cast<NameForm>(number);
  const bool is_constructed = (element.tag & kConstructed) != 0;
  if ((element.tag & kClassBits) != kContextSpecific ||
      number > static_cast<std::uint8_t>(NameForm::RegisteredId) ||
      is_constructed != is_constructed_form(form)) {
    return fail(ErrorKind::Malformed, "a name of a kind that RFC 5280 does not have");
  }
  return GeneralName{form, Bytes(element.contents.begin(), element.contents.end())};
}

Result<std::vector<GeneralName>> parse_general_names(ByteView names) {
  DerReader outer(names);
  const auto sequence = outer.next(kDerSequence);
  if (!sequence || !outer.done() || sequence->empty())
    return fail(ErrorKind::Malformed, "not a list of names");
  std::vector<GeneralName> result;
  DerReader reader(*sequence);
  while (!reader.done()) {
    const auto element = reader.next();
    if (!element) return fail(ErrorKind::Malformed, "a broken list of names");
    if (result.size() == kMaxNames) return fail(ErrorKind::TooLarge, "more than 2048 names");
    GeneralName name = TRY(general_name(*element));
    if (name.form == NameForm::Ip && name.value.size() != 4 && name.value.size() != 16) {
      return fail(ErrorKind::Malformed, "an IP address of a wrong length");
    }
    result.push_back(std::move(name));
  }
  return result;
}

}  // namespace tlscore::x509
