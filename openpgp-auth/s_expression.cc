// Recursive descent, as deep as the limit allows.
#include "openpgp-auth/s_expression.h"

#include <algorithm>
#include <string>

namespace openpgp_auth {

using tlscore::ByteView;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

namespace {

constexpr std::size_t kMaxBytes = std::size_t{16} * 1024;
constexpr int kMaxDepth = 8;

auto malformed() {
  return fail(ErrorKind::Malformed, "gpg-agent's answer is no canonical S-expression");
}

Result<SExpression> read_string(ByteView& input) {
  std::size_t size = 0;
  std::size_t digits = 0;
  while (digits < input.size() && input[digits] >= '0' && input[digits] <= '9' && size <= kMaxBytes) {
    size = size * 10 + (input[digits] - std::size_t{'0'});
    ++digits;
  }
  if (digits == 0 || digits >= input.size() || input[digits] != ':' || (digits > 1 && input[0] == '0'))
    return malformed();
  input = input.subspan(digits + 1);
  if (size > input.size()) return malformed();
  SExpression string;
  string.octets.assign(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(size));
  input = input.subspan(size);
  return string;
}

Result<SExpression> read(ByteView& input, int depth) {
  if (input.empty()) return malformed();
  if (input[0] != '(') return read_string(input);
  if (depth == kMaxDepth) return fail(ErrorKind::TooLarge, "gpg-agent's answer has lists too deep in lists");
  input = input.subspan(1);
  SExpression list{.is_list = true};
  while (!input.empty() && input[0] != ')') list.items.push_back(TRY(read(input, depth + 1)));
  if (input.empty()) return malformed();
  input = input.subspan(1);
  return list;
}

bool is_string(const SExpression& expression, std::string_view text) {
  return !expression.is_list && std::ranges::equal(expression.octets, text);
}

}  // namespace

const SExpression* SExpression::find(std::initializer_list<std::string_view> names) const {
  const SExpression* here = this;
  for (const std::string_view name : names) {
    const auto found = std::ranges::find_if(here->items, [&](const SExpression& item) {
      return item.is_list && !item.items.empty() && is_string(item.items.front(), name);
    });
    if (found == here->items.end()) return nullptr;
    here = &*found;
  }
  return here;
}

std::optional<ByteView> SExpression::value() const {
  if (!is_list || items.size() != 2 || items[1].is_list) return std::nullopt;
  return ByteView(items[1].octets);
}

Result<SExpression> parse_s_expression(ByteView octets) {
  if (octets.size() > kMaxBytes) return fail(ErrorKind::TooLarge, "gpg-agent's answer is too long");
  SExpression whole = TRY(read(octets, 0));
  if (!octets.empty()) return malformed();
  return whole;
}

}  // namespace openpgp_auth
