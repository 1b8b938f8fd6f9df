// Decoding.
#include "proxy/page_form.h"

#include <algorithm>
#include <charconv>

namespace proxy {

using namespace tlscore;

namespace {

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
}

Result<std::string> decode(std::string_view text) {
  constexpr int kHexadecimal = 16;
  std::string decoded;
  while (!text.empty()) {
    if (text[0] != '%') {
      decoded += text[0] == '+' ? ' ' : text[0];
      text.remove_prefix(1);
      continue;
    }
    const std::string_view digits = text.substr(1, 2);
    unsigned value = 0;
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, kHexadecimal);
    if (digits.size() != 2 || error != std::errc() || end != digits.data() + digits.size())
      return fail(ErrorKind::Malformed, "a percent sign in the form without two digits");
    decoded += static_cast<char>(value);
    text.remove_prefix(3);
  }
  if (!is_printable(decoded))
    return fail(ErrorKind::Malformed, "the form has characters that none of ours has");
  return decoded;
}

}  // namespace

Result<PageForm> parse_page_form(std::string_view body) {
  if (body.size() > kMaxFormBytes) return fail(ErrorKind::TooLarge, "the form is longer than any of ours");
  PageForm form;
  while (!body.empty()) {
    const std::string_view field = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(body.size(), field.size() + 1));
    const std::size_t equals = field.find('=');
    std::string name = TRY(decode(field.substr(0, equals)));
    std::string value = equals == std::string_view::npos ? "" : TRY(decode(field.substr(equals + 1)));
    if (name.empty()) return fail(ErrorKind::Malformed, "a field of the form has no name");
    if (form.size() == kMaxFormFields)
      return fail(ErrorKind::TooLarge, "the form has more fields than any of ours");
    if (!form.emplace(std::move(name), std::move(value)).second)
      return fail(ErrorKind::Malformed, "a field of the form comes twice");
  }
  return form;
}

std::string form_value(const PageForm& form, const std::string& name) {
  const auto found = form.find(name);
  return found == form.end() ? std::string() : found->second;
}

}  // namespace proxy
