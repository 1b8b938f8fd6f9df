// Keywords and percent-encoding.
#include "tlscore/token/assuan.h"

#include <charconv>

#include "tlscore/base/bytes.h"

namespace tlscore::token {
namespace {

/// The value of a hexadecimal digit, or -1.
int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

Result<AssuanLine> parse_assuan_line(std::string_view line) {
  if (line.empty() || line.front() == '#') return AssuanLine{};
  const std::string_view keyword = line.substr(0, line.find(' '));
  std::string_view rest = line.substr(keyword.size());
  if (!rest.empty()) rest.remove_prefix(1);
  if (keyword == "OK") return AssuanLine{AssuanResponse::Ok, 0, rest};
  if (keyword == "D") return AssuanLine{AssuanResponse::Data, 0, rest};
  if (keyword == "S" || keyword == "END") return AssuanLine{AssuanResponse::Other, 0, rest};
  if (keyword == "INQUIRE") return AssuanLine{AssuanResponse::Inquire, 0, rest};
  if (keyword != "ERR") return fail(ErrorKind::Malformed, "the pinentry program does not speak Assuan");
  std::uint32_t code = 0;
  const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), code);
  if (parsed.ec != std::errc())
    return fail(ErrorKind::Malformed, "the pinentry program sent an error without a number");
  return AssuanLine{AssuanResponse::Error, code, rest};
}

Result<void> decode_assuan_data(std::string_view data, Secret& secret) {
  for (std::size_t i = 0; i < data.size(); ++i) {
    if (data[i] != '%') {
      TRY(secret.append(data[i]));
      continue;
    }
    const int high = i + 2 < data.size() ? digit(data[i + 1]) : -1;
    const int low = i + 2 < data.size() ? digit(data[i + 2]) : -1;
    if (high < 0 || low < 0)
      return fail(ErrorKind::Malformed, "the pinentry program sent a broken %-sequence");
    TRY(secret.append(static_cast<char>(high * 16 + low)));
    i += 2;
  }
  return {};
}

std::string encode_assuan_text(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const auto octet = static_cast<std::uint8_t>(c);
    if (c == '%' || octet < 0x20 || octet == 0x7f) {
      encoded += "%" + to_hex({&octet, 1});
    } else {
      encoded += c;
    }
  }
  return encoded;
}

}  // namespace tlscore::token
