// A reader of tokens, and Firefox's numbers for the kinds of proxy.
#include "proxy/firefox_prefs.h"

#include <algorithm>
#include <array>

namespace proxy {

namespace {

constexpr std::string_view kProxyPrefs = "network.proxy.";
constexpr std::string_view kBlank = " \t\r\n";

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
         c == '+';
}

/// What is left to be read; every step takes at least one octet, or says that it could not.
class PrefReader {
 public:
  explicit PrefReader(std::string_view text) : m_left(text) {}

  [[nodiscard]] bool at_end() {
    skip_blank();
    return m_left.empty();
  }
  [[nodiscard]] bool take(char wanted) {
    skip_blank();
    if (!m_left.starts_with(wanted)) return false;
    m_left.remove_prefix(1);
    return true;
  }
  /// Empty where there is none.
  [[nodiscard]] std::string_view word() {
    skip_blank();
    const auto end = std::ranges::find_if_not(m_left, is_word);
    const std::string_view found = m_left.substr(0, static_cast<std::size_t>(end - m_left.begin()));
    m_left.remove_prefix(found.size());
    return found;
  }
  /// Between either kind of quotes. An escape stands for the character after it: what is read here is in
  /// ASCII.
  [[nodiscard]] std::optional<std::string> quoted() {
    skip_blank();
    if (!m_left.starts_with('"') && !m_left.starts_with('\'')) return std::nullopt;
    const char quote = m_left.front();
    std::string found;
    for (std::size_t i = 1; i < m_left.size(); ++i) {
      if (m_left[i] == quote) {
        m_left.remove_prefix(i + 1);
        return found;
      }
      if (m_left[i] == '\\') ++i;
      if (i < m_left.size() && found.size() < kMaxFirefoxPref) found += m_left[i];
    }
    return std::nullopt;
  }
  void skip_line() { skip_past("\n"); }

 private:
  void skip_blank() {
    for (;;) {
      m_left.remove_prefix(std::min(m_left.find_first_not_of(kBlank), m_left.size()));
      if (m_left.starts_with("//") || m_left.starts_with('#')) {
        skip_past("\n");
      } else if (m_left.starts_with("/*")) {
        m_left.remove_prefix(2);
        skip_past("*/");
      } else {
        return;
      }
    }
  }
  void skip_past(std::string_view end) {
    const std::size_t at = m_left.find(end);
    m_left.remove_prefix(at == std::string_view::npos ? m_left.size() : at + end.size());
  }

  std::string_view m_left;
};

struct Pref {
  std::string name;
  std::string value;
};

std::optional<Pref> read_pref(PrefReader& reader) {
  constexpr auto kSetters = std::to_array<std::string_view>({"user_pref", "pref", "sticky_pref"});
  if (std::ranges::find(kSetters, reader.word()) == kSetters.end() || !reader.take('(')) return std::nullopt;
  auto name = reader.quoted();
  if (!name || !reader.take(',')) return std::nullopt;
  auto value = reader.quoted();
  if (!value) value = std::string(reader.word().substr(0, kMaxFirefoxPref));
  if (!reader.take(')') || !reader.take(';')) return std::nullopt;
  return Pref{.name = *std::move(name), .value = *std::move(value)};
}

std::string value_of(const FirefoxPrefs& prefs, std::string_view name) {
  const auto found = prefs.find(name);
  return found == prefs.end() ? "" : found->second;
}

/// HOST:PORT of one kind of proxy; empty where it has none.
std::string proxy_of(const FirefoxPrefs& prefs, const std::string& kind) {
  const std::string host = value_of(prefs, kind);
  return host.empty() ? "" : host + ":" + value_of(prefs, kind + "_port");
}

/// Names go to a SOCKS proxy as they are in version 5, unless it is turned off; in version 4 only if it is
/// turned on.
bool looks_names_up(const FirefoxPrefs& prefs) {
  if (value_of(prefs, "socks_version") == "4") return value_of(prefs, "socks_remote_dns") != "true";
  const std::string newer = value_of(prefs, "socks5_remote_dns");
  return newer.empty() ? value_of(prefs, "socks_remote_dns") == "false" : newer == "false";
}

ProxyChoice manual(const FirefoxPrefs& prefs) {
  for (const char* kind : {"ssl", "http"}) {
    if (std::string target = proxy_of(prefs, kind); !target.empty())
      return {.use = ProxyUse::Fixed, .target = std::move(target)};
  }
  std::string socks = proxy_of(prefs, "socks");
  if (socks.empty()) return {.use = ProxyUse::Direct};
  return {.use = ProxyUse::Fixed, .target = std::move(socks), .looks_names_up = looks_names_up(prefs)};
}

}  // namespace

void read_firefox_prefs(std::string_view text, FirefoxPrefs& prefs) {
  PrefReader reader(text);
  while (!reader.at_end()) {
    auto pref = read_pref(reader);
    if (!pref) {
      reader.skip_line();
      continue;
    }
    if (!pref->name.starts_with(kProxyPrefs)) continue;
    const std::string name = pref->name.substr(kProxyPrefs.size());
    if (prefs.size() < kMaxFirefoxPrefs || prefs.contains(name))
      prefs.insert_or_assign(name, std::move(pref->value));
  }
}

std::optional<ProxyChoice> choice_of(const FirefoxPrefs& prefs) {
  const std::string type = value_of(prefs, "type");
  if (type.empty() || type == "5") return std::nullopt;
  ProxyChoice choice;
  if (type == "1") choice = manual(prefs);
  if (type == "2") choice = {.use = ProxyUse::Pac, .target = value_of(prefs, "autoconfig_url")};
  if (type == "4") choice.use = ProxyUse::Detected;
  choice.exceptions = value_of(prefs, "no_proxies_on");
  return choice;
}

}  // namespace proxy
