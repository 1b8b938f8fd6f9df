// Strings of certificates.
#include "tlscore/x509/directory_string.h"

#include <algorithm>

#include "tlscore/x509/der.h"

namespace tlscore::x509 {
namespace {

constexpr std::uint8_t kDerNumericString = 0x12;
constexpr std::uint8_t kDerVisibleString = 0x1a;
constexpr char32_t kMaxCodePoint = 0x10ffff;

bool is_surrogate(char32_t c) {
  return c >= 0xd800 && c <= 0xdfff;
}

void append_utf8(std::string& text, char32_t c) {
  const auto put = [&text](char32_t octet) { text += static_cast<char>(octet); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0U | c >> 6U);
    put(0x80U | (c & 0x3fU));
  } else if (c < 0x10000) {
    put(0xe0U | c >> 12U);
    put(0x80U | (c >> 6U & 0x3fU));
    put(0x80U | (c & 0x3fU));
  } else {
    put(0xf0U | c >> 18U);
    put(0x80U | (c >> 12U & 0x3fU));
    put(0x80U | (c >> 6U & 0x3fU));
    put(0x80U | (c & 0x3fU));
  }
}

struct CodePoint {
  char32_t value;
  std::size_t octets;
};

/// The code point at the front, in its shortest form (RFC 3629, section 3).
std::optional<CodePoint> front_code_point(std::string_view text) {
  const auto octet = [text](std::size_t i) {
    return static_cast<char32_t>(static_cast<unsigned char>(text[i]));
  };
  const char32_t first = octet(0);
  if (first < 0x80) return CodePoint{first, 1};
  const std::size_t count = first >= 0xf0 ? 4 : (first >= 0xe0 ? 3 : 2);
  if (first < 0xc2 || first > 0xf4 || text.size() < count) return std::nullopt;
  char32_t value = first & (0x7fU >> count);
  for (std::size_t i = 1; i < count; ++i) {
    if ((octet(i) & 0xc0U) != 0x80) return std::nullopt;
    value = value << 6U | (octet(i) & 0x3fU);
  }
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kLeast[count] || value > kMaxCodePoint || is_surrogate(value)) return std::nullopt;
  return CodePoint{value, count};
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const auto c = front_code_point(text);
    if (!c) return false;
    text.remove_prefix(c->octets);
  }
  return true;
}

/// UCS-2 and UCS-4: `width` octets a character.
std::optional<std::string> decode_wide(ByteView contents, std::size_t width) {
  if (contents.size() % width != 0) return std::nullopt;
  std::string text;
  for (std::size_t i = 0; i < contents.size(); i += width) {
    char32_t c = 0;
    for (std::size_t k = 0; k < width; ++k) c = c << 8U | contents[i + k];
    if (c > kMaxCodePoint || is_surrogate(c)) return std::nullopt;
    append_utf8(text, c);
  }
  return text;
}

/// Controls, and the invisible characters that break lines or turn the writing direction.
bool is_unfit_for_a_line(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x61c || c == 0xfeff;
}

}  // namespace

std::optional<std::string> decode_string(std::uint8_t tag, ByteView contents) {
  switch (tag) {
    case kDerUtf8String:
      if (!is_utf8(as_text(contents))) return std::nullopt;
      return std::string(as_text(contents));
    case kDerPrintableString:
    case kDerIa5String:
    case kDerNumericString:
    case kDerVisibleString:
      if (std::ranges::any_of(contents, [](std::uint8_t c) { return c >= 0x80; })) return std::nullopt;
      return std::string(as_text(contents));
    case kDerT61String: return decode_wide(contents, 1);
    case kDerBmpString: return decode_wide(contents, 2);
    case kDerUniversalString: return decode_wide(contents, 4);
    default: return std::nullopt;
  }
}

std::string escape_controls(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const auto c = front_code_point(text);
    const std::string_view octets = text.substr(0, c ? c->octets : 1);
    text.remove_prefix(octets.size());
    if (c && !is_unfit_for_a_line(c->value)) {
      result += octets;
      continue;
    }
    for (const std::uint8_t octet : as_bytes(octets)) result += "\\" + to_hex(ByteView(&octet, 1));
  }
  return result;
}

std::string fold_for_comparison(std::string_view text) {
  std::string result;
  for (const char c : to_lower(text)) {
    if (c != ' ') {
      result += c;
    } else if (!result.empty() && result.back() != ' ') {
      result += ' ';
    }
  }
  if (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

}  // namespace tlscore::x509
