// Dot-atoms and a name.
#include "tlscore/x509/mailbox.h"

#include <algorithm>

#include "tlscore/x509/server_name.h"

namespace tlscore::x509 {
namespace {

constexpr std::size_t kMaxMailboxBytes = 254;
constexpr std::size_t kMaxLocalBytes = 64;

/// RFC 5322, section 3.2.3: atext, and the dot.
bool is_local_character(char c) {
  const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  const bool is_digit = c >= '0' && c <= '9';
  return is_letter || is_digit || std::string_view("!#$%&'*+-/=?^_`{|}~.").contains(c);
}

bool is_dot_atom(std::string_view text) {
  if (text.empty() || text.size() > kMaxLocalBytes || text.front() == '.' || text.back() == '.') return false;
  return !text.contains("..") && std::ranges::all_of(text, is_local_character);
}

}  // namespace

bool is_mailbox(std::string_view text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string_view::npos || text.size() > kMaxMailboxBytes || !is_dot_atom(text.substr(0, at)))
    return false;
  const auto domain = ServerName::parse(text.substr(at + 1));
  return domain && !domain->is_address() && !text.ends_with('.');
}

}  // namespace tlscore::x509
