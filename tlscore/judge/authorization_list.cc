// Lines into two sets.
#include "tlscore/judge/authorization_list.h"

#include <algorithm>

#include "tlscore/base/bytes.h"
#include "tlscore/x509/server_name.h"

namespace tlscore::judge {
namespace {

constexpr std::size_t kOpenPgpDigits = 40;
constexpr std::size_t kSha256Digits = 64;

std::string_view trim(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

bool is_hexadecimal(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
}

/// The digits of a line that holds nothing else, in lower case; else empty. A word like "decade" is none.
std::string fingerprint_digits(std::string_view line) {
  constexpr std::size_t kShortest = 16;
  std::string digits = to_lower(line);
  std::erase(digits, ' ');
  return is_hexadecimal(digits) && digits.size() >= kShortest ? digits : std::string();
}

}  // namespace

Result<PeerList> PeerList::parse(std::string_view text) {
  if (text.size() > kMaxBytes) return fail(ErrorKind::TooLarge, "is larger than 4 MiB");
  PeerList list;
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.starts_with('#')) continue;
    if (auto added = list.add(line); !added) {
      return fail("line " + std::to_string(number), std::move(added.error()));
    }
  }
  return list;
}

Result<void> PeerList::add(std::string_view line) {
  if (std::ranges::any_of(line, is_control)) return fail(ErrorKind::Malformed, "has a control character");
  if (std::string digits = fingerprint_digits(line); !digits.empty()) {
    if (digits.size() != kOpenPgpDigits && digits.size() != kSha256Digits) {
      return fail(ErrorKind::Malformed,
                  "is neither a fingerprint of 40 digits nor one of 64; key IDs do not do");
    }
    m_keys.insert(std::move(digits));
    return {};
  }
  if (line.starts_with('@')) {
    std::string domain = canonical_dns_name(line.substr(1));
    if (domain.empty()) return fail(ErrorKind::Malformed, "has no domain name behind the @");
    m_domains.insert(std::move(domain));
    return {};
  }
  const std::string mail = canonical_mail_address(line);
  const auto host = x509::ServerName::parse(line);
  if (!mail.empty()) m_names.insert(mail);
  if (host) m_names.insert(host->text());
  m_names.emplace(line);  // a user ID may look like anything
  return {};
}

bool PeerList::contains(const Peer& peer) const {
  if (peer.method == PeerMethod::None || !peer.why_refused.empty()) return false;
  if (m_keys.contains(peer.fingerprint) || m_keys.contains(peer.key_sha256)) return true;
  if (!peer.vouched_for) return false;
  const auto is_listed = [this](const std::string& name) { return m_names.contains(name); };
  const auto in_listed_domain = [this](const std::string& mail) {
    return m_domains.contains(mail.substr(mail.find('@') + 1));
  };
  return std::ranges::any_of(peer.user_ids, is_listed) ||
         std::ranges::any_of(peer.mail_addresses, is_listed) ||
         std::ranges::any_of(peer.mail_addresses, in_listed_domain) ||
         std::ranges::any_of(peer.dns_names, is_listed);
}

}  // namespace tlscore::judge
