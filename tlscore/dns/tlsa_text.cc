// Three numbers and octets, in decimal and hexadecimal or as they are.
#include "tlscore/dns/tlsa_text.h"

#include <algorithm>
#include <charconv>

#include "tlscore/base/byte_reader.h"

namespace tlscore::dns {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::string_view skip_spaces(std::string_view text) {
  text.remove_prefix(static_cast<std::size_t>(std::ranges::find_if_not(text, is_space) - text.begin()));
  return text;
}

/// Takes one number and the white space behind it from the front of `text`.
Result<std::uint8_t> take_number(std::string_view& text, std::string_view what) {
  std::uint8_t number = 0;
  const auto [after, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto digits = static_cast<std::size_t>(after - text.data());
  if (error != std::errc() || digits == text.size() || !is_space(text[digits])) {
    return fail(ErrorKind::Malformed,
                "a TLSA record's " + std::string(what) + " is a number from 0 to 255, as in \"3 1 1 HEX\"");
  }
  text = skip_spaces(text.substr(digits));
  return number;
}

}  // namespace

Result<TlsaRecord> parse_tlsa_text(std::string_view text) {
  text = skip_spaces(text);
  TlsaRecord record;
  record.usage = TRY(take_number(text, "certificate usage"));
  record.selector = TRY(take_number(text, "selector"));
  record.matching_type = TRY(take_number(text, "matching type"));
  std::string digits;
  std::ranges::remove_copy_if(text, std::back_inserter(digits), is_space);
  if (digits.size() > 2 * TlsaRecord::kMaxData)
    return fail(ErrorKind::TooLarge, "a TLSA record of more than 65535 octets");
  auto data = from_hex(digits);
  if (!data || data->empty())
    return fail(ErrorKind::Malformed, "a TLSA record's data is in hexadecimal, as in \"3 1 1 HEX\"");
  record.data = std::move(*data);
  return record;
}

Result<TlsaRecord> parse_tlsa_rdata(ByteView rdata) {
  ByteReader reader(rdata);
  const auto usage = reader.u8();
  const auto selector = reader.u8();
  const auto matching_type = reader.u8();
  if (!usage || !selector || !matching_type)
    return fail(ErrorKind::Malformed, "a TLSA record of less than three octets");
  if (reader.left() > TlsaRecord::kMaxData)
    return fail(ErrorKind::TooLarge, "a TLSA record of more than 65535 octets");
  const ByteView data = reader.rest();
  return TlsaRecord{*usage, *selector, *matching_type, {data.begin(), data.end()}};
}

std::string to_text(const TlsaRecord& record) {
  return kind_text(record) + " " + to_hex(record.data);
}

std::string kind_text(const TlsaRecord& record) {
  return std::to_string(record.usage) + " " + std::to_string(record.selector) + " " +
         std::to_string(record.matching_type);
}

}  // namespace tlscore::dns
