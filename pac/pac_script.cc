// Writes the script, and does in C++ what the script does.
#include "pac/pac_script.h"

#include <algorithm>
#include <string>
#include <vector>

#include "pac/url_host.h"

namespace pac {
namespace {

using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

/// One object has both kinds of rule: an exact host as `=host`, a suffix as `.suffix`. So no host can meet a
/// name that the object has by birth (`constructor`, `__proto__`), and a look-up needs no loop over the
/// rules.
constexpr std::string_view kBegin =
    "// Latchkey: the parties of this user go to the proxy, everything else goes direct.\n"
    "var rules = {};\n"
    "(function (names) {\n"
    "  for (var i = 0; i < names.length; i++) rules[names[i]] = true;\n"
    "})(\"";
constexpr std::string_view kMiddle =
    "\".split(\" \"));\n"
    "\n"
    "function FindProxyForURL(url, host) {\n"
    "  var proxy = \"PROXY ";
constexpr std::string_view kEnd =
    "\";\n"
    "  host = String(host).toLowerCase().replace(/^\\[|\\]$/g, \"\").replace(/\\.+$/, \"\");\n"
    "  if (rules[\"=\" + host] === true) return proxy;\n"
    "  for (var dot = host.indexOf(\".\"); dot >= 0; dot = host.indexOf(\".\", dot + 1)) {\n"
    "    if (rules[host.substring(dot)] === true) return proxy;\n"
    "  }\n"
    "  return \"DIRECT\";\n"
    "}\n";

bool is_host(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-_:") == std::string_view::npos;
}

Result<void> check_proxy(std::string_view address) {
  if (address.empty() || address.find_first_not_of("0123456789abcdef.:[]") != std::string_view::npos) {
    return fail(ErrorKind::Malformed, "the proxy's address for the PAC script is no ADDRESS:PORT");
  }
  return {};
}

/// What a rule is called in the script's object.
Result<std::string> key_of(const PacRule& rule) {
  const bool is_suffix = rule.host.starts_with("*.");
  if (!is_host(is_suffix ? std::string_view(rule.host).substr(2) : std::string_view(rule.host))) {
    return fail(ErrorKind::Malformed, "a host for the PAC script holds a character that no host may hold");
  }
  return is_suffix ? rule.host.substr(1) : "=" + rule.host;
}

Result<std::vector<std::string>> keys_of(std::span<const PacRule> rules) {
  std::vector<std::string> keys;
  for (const PacRule& rule : rules) {
    keys.push_back(TRY(key_of(rule)));
    const auto spelling = browser_ipv6(rule.host);
    if (spelling && *spelling != rule.host) keys.push_back("=" + *spelling);
  }
  return keys;
}

}  // namespace

Result<std::string> make_pac(std::span<const PacRule> rules, std::string_view proxy_address) {
  TRY(check_proxy(proxy_address));
  std::string script(kBegin);
  std::string_view separator;
  for (const std::string& key : TRY(keys_of(rules))) {
    script += separator;
    script += key;
    separator = " ";
  }
  script += kMiddle;
  script += proxy_address;
  script += kEnd;
  return script;
}

Result<std::string> answer_for(std::span<const PacRule> rules, std::string_view proxy_address,
                               std::string_view url) {
  TRY(check_proxy(proxy_address));
  const std::string host = TRY(url_host(url));
  const std::vector<std::string> keys = TRY(keys_of(rules));
  const auto has = [&](const std::string& key) { return std::ranges::find(keys, key) != keys.end(); };
  bool found = has("=" + host);
  for (std::size_t dot = host.find('.'); dot != std::string::npos; dot = host.find('.', dot + 1)) {
    found = found || has(host.substr(dot));
  }
  return found ? "PROXY " + std::string(proxy_address) : "DIRECT";
}

}  // namespace pac
