// Control characters, found.
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

}  // namespace

std::string visible_text(std::string_view text) {
  std::string result(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_control(text, i)) result[i] = '?';
  }
  return result;
}

}  // namespace proxy
