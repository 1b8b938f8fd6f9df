// One function a form.
#include "tlscore/x509/name_subtree.h"

#include <algorithm>

#include "tlscore/x509/distinguished_name.h"
#include "tlscore/x509/server_name.h"

namespace tlscore::x509 {
namespace {

/// Whether a DNS name is the base or below it; a base with a leading dot means below it only, and an empty
/// one every name.
bool dns_is_within(std::string_view name, std::string_view base) {
  if (base.empty()) return true;
  if (name.size() < base.size() || !equal_ignoring_case(name.substr(name.size() - base.size()), base))
    return false;
  return name.size() == base.size() ? base.front() != '.'
                                    : base.front() == '.' || name[name.size() - base.size() - 1] == '.';
}

std::string_view without_trailing_dot(std::string_view name) {
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

std::string_view without_leading_dot(std::string_view name) {
  if (name.starts_with('.')) name.remove_prefix(1);
  return name;
}

/// More than the name itself: "*.example" stands for names of the excluded "a.example", and ".a.example",
/// which is not defined for DNS names, is taken for "a.example".
bool dns_is_excluded_by(std::string_view name, std::string_view base) {
  const std::string_view excluded = without_leading_dot(base);
  if (dns_is_within(name, excluded)) return true;
  if (!name.starts_with("*.")) return false;
  const std::size_t dot = excluded.find('.');
  return dot != std::string_view::npos && equal_ignoring_case(name.substr(2), excluded.substr(dot + 1));
}

bool ip_is_within(ByteView address, ByteView base) {
  if (base.size() != 2 * address.size()) return false;
  for (std::size_t i = 0; i < address.size(); ++i) {
    if (((address[i] ^ base[i]) & base[address.size() + i]) != 0) return false;
  }
  return true;
}

/// A host and a base of mail addresses and URIs: the host itself or, with a leading dot, those below it.
bool host_is_within(std::string_view host, std::string_view base) {
  if (!base.starts_with('.')) return equal_ignoring_case(host, base);
  return host.size() > base.size() && equal_ignoring_case(host.substr(host.size() - base.size()), base);
}

/// An excluded domain takes the host that it is named after with it.
bool host_is_excluded_by(std::string_view host, std::string_view base) {
  return host_is_within(host, base) || equal_ignoring_case(host, without_leading_dot(base));
}

std::string_view host_of_mailbox(std::string_view address) {
  return address.substr(address.find('@') + 1);
}

bool mail_is_permitted_by(std::string_view address, std::string_view base) {
  if (!base.contains('@')) return host_is_within(host_of_mailbox(address), base);
  const bool same_local = address.substr(0, address.find('@')) == base.substr(0, base.find('@'));
  return same_local && equal_ignoring_case(host_of_mailbox(address), host_of_mailbox(base));
}

bool mail_is_excluded_by(std::string_view address, std::string_view base) {
  return base.contains('@') ? equal_ignoring_case(address, base)
                            : host_is_excluded_by(host_of_mailbox(address), base);
}

/// local@host, without the quotes and comments of RFC 5322.
bool is_plain_mailbox(std::string_view address) {
  const auto is_plain = [](char c) {
    return c > ' ' && c < 0x7f && !std::string_view("\"()<>[]\\,;:").contains(c);
  };
  const std::size_t at = address.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < address.size() && at == address.rfind('@') &&
         std::ranges::all_of(address, is_plain);
}

/// scheme://[userinfo@]host[:port][/...] (RFC 3986, section 3.2).
std::optional<std::string> host_of_uri(std::string_view uri) {
  const std::size_t slashes = uri.find("://");
  if (slashes == std::string_view::npos) return std::nullopt;
  std::string_view authority = uri.substr(slashes + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
    authority.remove_prefix(at + 1);
  const auto host = ServerName::parse(authority.substr(0, authority.find(':')));
  if (!host || host->is_address()) return std::nullopt;
  return host->text();
}

std::optional<std::string> directory_key(ByteView der) {
  const auto name = parse_distinguished_name(der);
  if (!name || has_unreadable_value(*name)) return std::nullopt;
  return comparison_key(*name);
}

std::optional<std::string> comparable_text(const GeneralName& name) {
  const std::string_view text = as_text(name.value);
  switch (name.form) {
    case NameForm::Dns: return std::string(without_trailing_dot(text));
    case NameForm::Ip: return std::string(text);
    case NameForm::Rfc822: return is_plain_mailbox(text) ? std::optional(std::string(text)) : std::nullopt;
    case NameForm::Uri: return host_of_uri(text);
    case NameForm::Directory: return directory_key(name.value);
    default: return std::nullopt;
  }
}

}  // namespace

std::optional<ComparedName> ComparedName::create(const GeneralName& name) {
  auto text = comparable_text(name);
  if (!text) return std::nullopt;
  return ComparedName(name.form, std::move(*text));
}

bool ComparedName::is_permitted_by(const GeneralName& base) const {
  if (m_form != base.form) return false;
  const std::string_view text = as_text(base.value);
  switch (m_form) {
    case NameForm::Dns: return dns_is_within(m_text, without_trailing_dot(text));
    case NameForm::Ip: return ip_is_within(as_bytes(m_text), base.value);
    case NameForm::Rfc822: return mail_is_permitted_by(m_text, text);
    case NameForm::Uri: return host_is_within(m_text, text);
    case NameForm::Directory: return m_text.starts_with(text);
    default: return false;
  }
}

bool ComparedName::is_excluded_by(const GeneralName& base) const {
  if (m_form != base.form) return false;
  const std::string_view text = as_text(base.value);
  switch (m_form) {
    case NameForm::Dns: return dns_is_excluded_by(m_text, without_trailing_dot(text));
    case NameForm::Ip: return ip_is_within(as_bytes(m_text), base.value);
    case NameForm::Rfc822: return mail_is_excluded_by(m_text, text);
    case NameForm::Uri: return host_is_excluded_by(m_text, text);
    case NameForm::Directory: return m_text.starts_with(text);
    default: return false;
  }
}

}  // namespace tlscore::x509
