// Control characters and others that deceive, found.
#include "proxy/visible_text.h"

namespace proxy {
namespace {

bool is_control(std::string_view text, std::size_t i) {
  const auto octet = static_cast<unsigned char>(text[i]);
  // U+0080 to U+009F are controls too, and terminals obey them: 0xc2 and then 0x80 to 0x9f in UTF-8.
  const bool is_c1 =
      octet >= 0x80 && octet <= 0x9f && i > 0 && static_cast<unsigned char>(text[i - 1]) == 0xc2;
  return octet < 0x20 || octet == 0x7f || is_c1;
}

/// How many octets the character takes that turns the direction of what follows, or breaks the line, if one
/// begins here: what is read would not be what is written (Unicode, UAX #9).
std::size_t turning_octets(std::string_view text) {
  constexpr std::string_view kArabicLetterMark = "\xd8\x9c";
  if (text.starts_with(kArabicLetterMark)) return kArabicLetterMark.size();
  if (text.size() < 3 || text[0] != '\xe2') return 0;
  const auto last = static_cast<unsigned char>(text[2]);
  const bool is_mark = text[1] == '\x80' && (last == 0x8e || last == 0x8f);
  const bool is_break_or_embedding = text[1] == '\x80' && last >= 0xa8 && last <= 0xae;
  const bool is_isolate = text[1] == '\x81' && last >= 0xa6 && last <= 0xa9;
  return is_mark || is_break_or_embedding || is_isolate ? 3 : 0;
}

}  // namespace

std::string visible_text(std::string_view text) {
  std::string result(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_control(text, i)) result[i] = '?';
    const std::size_t turning = turning_octets(text.substr(i));
    result.replace(i, turning, turning, '?');
  }
  return result;
}

}  // namespace proxy
