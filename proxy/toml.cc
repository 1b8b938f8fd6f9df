// Gives toml++ nothing but ASCII.
//
// toml++ 3.3 runs into undefined behaviour on some other characters wherever it looks for blanks, and where
// that is depends on what else is wrong with the file. So they are written as escapes first, which TOML takes
// for the same.
#include "proxy/toml.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "tlscore/base/byte_reader.h"

namespace proxy {
namespace {

using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

bool is_printable_ascii(char c) {
  return c >= ' ' && c <= '~';
}

bool is_ascii(char c) {
  constexpr unsigned char kFirstBeyond = 0x80;
  return static_cast<unsigned char>(c) < kFirstBeyond;
}

struct Utf8Form {
  std::uint8_t mask;   ///< Of the first octet: the bits that tell the form ...
  std::uint8_t value;  ///< ... and what they are.
  std::size_t bytes;
  char32_t least;  ///< Anything smaller has a shorter form.
};

/// The character that `text` begins with, and how many octets it has (RFC 3629, section 3). std::nullopt for
/// octets that are no UTF-8.
std::optional<std::pair<char32_t, std::size_t>> decode_utf8(std::string_view text) {
  constexpr auto kForms =
      std::to_array<Utf8Form>({{0xe0, 0xc0, 2, 0x80}, {0xf0, 0xe0, 3, 0x800}, {0xf8, 0xf0, 4, 0x10000}});
  const auto first = static_cast<std::uint8_t>(text.front());
  const auto* form =
      std::ranges::find_if(kForms, [&](const Utf8Form& f) { return (first & f.mask) == f.value; });
  if (form == kForms.end() || text.size() < form->bytes) return std::nullopt;
  char32_t character = first & static_cast<std::uint8_t>(~form->mask);
  for (const char c : text.substr(1, form->bytes - 1)) {
    const auto octet = static_cast<std::uint8_t>(c);
    if ((octet & 0xc0U) != 0x80U) return std::nullopt;
    character = character << 6U | (octet & 0x3fU);
  }
  const bool is_surrogate = character >= 0xd800 && character <= 0xdfff;
  if (character < form->least || character > 0x10ffff || is_surrogate) return std::nullopt;
  return std::pair(character, form->bytes);
}

/// One line of the file on its way into ASCII. Every step returns what is wrong, or an empty text.
class Line {
 public:
  Line(std::string_view text, std::string& output) : m_rest(text), m_output(&output) {}

  std::string_view convert() {
    while (!m_rest.empty() && m_rest.front() != '#') {
      const char c = m_rest.front();
      if (m_rest.starts_with(R"(""")") || m_rest.starts_with("'''"))
        return "text in three quotes is not used here";
      const bool is_quote = c == '"' || c == '\'';
      if (!is_quote && !is_printable_ascii(c) && c != '\t' && c != '\r') {
        return "this character may stand only in quotes or a comment";
      }
      copy(1);
      if (is_quote) {
        if (const std::string_view wrong = convert_quoted(c); !wrong.empty()) return wrong;
      }
    }
    return {};
  }

 private:
  /// What follows an opening quote, to the closing one.
  std::string_view convert_quoted(char quote) {
    while (!m_rest.empty()) {
      const char c = m_rest.front();
      if (!is_ascii(c)) {
        if (quote == '\'') return "text that is not ASCII has to stand in double quotes";
        if (!escape()) return "this is not UTF-8";
        continue;
      }
      copy(c == '\\' && quote == '"' ? 2 : 1);
      if (c == quote) return {};
    }
    return "the text in quotes has no end on its line";
  }

  bool escape() {
    const auto decoded = decode_utf8(m_rest);
    if (!decoded) return false;
    tlscore::ByteWriter digits;
    digits.u32(decoded->first);
    *m_output += "\\U" + tlscore::to_hex(digits.view());
    m_rest.remove_prefix(decoded->second);
    return true;
  }

  void copy(std::size_t count) {
    count = std::min(count, m_rest.size());
    *m_output += m_rest.substr(0, count);
    m_rest.remove_prefix(count);
  }

  std::string_view m_rest;
  std::string* m_output;
};

/// The same file in ASCII, with its lines where they were, without its comments.
Result<std::string> to_ascii(std::string_view text, std::string_view file) {
  std::string ascii;
  ascii.reserve(text.size());
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view wrong = Line(text.substr(0, end), ascii).convert();
    if (!wrong.empty()) {
      return fail(ErrorKind::Malformed,
                  std::string(file) + ":" + std::to_string(number) + ": " + std::string(wrong));
    }
    if (end < text.size()) ascii += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return ascii;
}

}  // namespace

Result<toml::table> parse_toml(std::string_view text, std::string_view file) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const std::string ascii = TRY(to_ascii(text, file));
  toml::parse_result parsed = toml::parse(std::string_view(ascii));
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return fail(ErrorKind::Malformed, where(file, error.source()) + plain(error.description()));
  }
  return std::move(parsed).table();
}

std::string where(std::string_view file, const toml::source_region& region) {
  return std::string(file) + ":" + std::to_string(region.begin.line) + ": ";
}

std::string plain(std::string_view text) {
  std::string result(text);
  std::ranges::replace_if(result, [](char c) { return !is_printable_ascii(c); }, '?');
  return result;
}

}  // namespace proxy
