// Names in one spelling, and one line about a peer.
#include "tlscore/judge/authorization_peer.h"

#include <algorithm>

#include "tlscore/x509/server_name.h"

namespace tlscore::judge {
namespace {

constexpr std::size_t kMaxMailCharacters = 320;  // RFC 5321, section 4.5.3.1: 64, "@", 255

bool is_mail_character(char c) {
  return c > ' ' && c < '\x7f' && !std::string_view("()<>[]:;@\\,\"").contains(c);
}

}  // namespace

std::string_view to_string(PeerMethod method) {
  switch (method) {
    case PeerMethod::None: return "";
    case PeerMethod::Key: return "key";
    case PeerMethod::X509: return "x509";
    case PeerMethod::OpenPgpX509: return "openpgp-x509";
    case PeerMethod::OpenPgp: return "openpgp";
  }
  return "";
}

std::string Peer::identity() const {
  if (!user_ids.empty()) return user_ids.front();
  if (!mail_addresses.empty()) return mail_addresses.front();
  if (!dns_names.empty()) return dns_names.front();
  return subject;
}

std::string Peer::describe() const {
  if (method == PeerMethod::None) return "nobody";
  const std::string proof = std::string(to_string(method)) + ", " + fingerprint;
  if (!vouched_for) return "somebody unknown (" + proof + ")";
  return identity() + " (" + proof + ")";
}

std::string canonical_dns_name(std::string_view text) {
  const auto name = x509::ServerName::parse(text);
  if (!name || name->is_address()) return {};
  // RFC 952: what begins or ends with a hyphen is a mistake, and no host's.
  const std::string labels = "." + name->text() + ".";
  return labels.contains(".-") || labels.contains("-.") ? std::string() : name->text();
}

std::string canonical_mail_address(std::string_view text) {
  const std::size_t at = text.find('@');
  if (text.size() > kMaxMailCharacters || at == std::string_view::npos || at == 0) return {};
  const std::string_view local = text.substr(0, at);
  const std::string domain = canonical_dns_name(text.substr(at + 1));
  if (domain.empty() || !std::ranges::all_of(local, is_mail_character)) return {};
  return std::string(local) + "@" + domain;
}

}  // namespace tlscore::judge
