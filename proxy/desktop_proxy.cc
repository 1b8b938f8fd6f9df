// Lines of two kinds, variables, and JSON.
#include "proxy/desktop_proxy.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <nlohmann/json.hpp>

namespace proxy {

namespace {

using nlohmann::json;
using Settings = std::map<std::string, std::string, std::less<>>;

constexpr std::size_t kMaxSettings = 100;

/// The next line, without its end; `text` then begins behind it.
std::string_view take_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view without_quotes(std::string_view value) {
  const bool quoted = value.size() >= 2 && (value.front() == '\'' || value.front() == '"');
  return quoted && value.back() == value.front() ? value.substr(1, value.size() - 2) : value;
}

std::string value_of(const Settings& settings, std::string_view name) {
  const auto found = settings.find(name);
  return found == settings.end() ? "" : found->second;
}

/// "SCHEMA KEY VALUE" lines, by "SCHEMA KEY".
Settings read_lines(std::string_view text) {
  Settings settings;
  while (!text.empty() && settings.size() < kMaxSettings) {
    const std::string_view line = take_line(text);
    const std::size_t key = line.find(' ');
    const std::size_t value = key == std::string_view::npos ? key : line.find(' ', key + 1);
    if (value == std::string_view::npos) continue;
    settings.insert_or_assign(std::string(line.substr(0, value)), without_quotes(line.substr(value + 1)));
  }
  return settings;
}

/// The section of KDE's file that is about proxies; a key may have flags behind it, in brackets.
Settings read_kde_section(std::string_view text) {
  Settings settings;
  bool inside = false;
  while (!text.empty() && settings.size() < kMaxSettings) {
    const std::string_view line = take_line(text);
    if (line.starts_with('[')) inside = line == "[Proxy Settings]";
    const std::size_t equals = line.find('=');
    if (!inside || equals == std::string_view::npos) continue;
    const std::string_view key = line.substr(0, std::min(line.find('['), equals));
    settings.insert_or_assign(std::string(key), std::string(line.substr(equals + 1)));
  }
  return settings;
}

/// HOST:PORT of a URL, of what KDE writes in its place ("http://host port"), or of HOST:PORT.
std::string host_and_port(std::string_view text) {
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos)
    text.remove_prefix(scheme + 3);
  text = text.substr(0, text.find('/'));
  if (const std::size_t user = text.find('@'); user != std::string_view::npos) text.remove_prefix(user + 1);
  std::string found(text);
  std::ranges::replace(found, ' ', ':');
  return found;
}

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

std::string either_case(const Variables& variable, const std::string& name) {
  const std::string value = variable(name.c_str());
  return value.empty() ? variable(upper(name).c_str()) : value;
}

}  // namespace

std::optional<ProxyChoice> read_gsettings(std::string_view text) {
  const std::string schema = "org.gnome.system.proxy";
  const Settings settings = read_lines(text);
  const std::string mode = value_of(settings, schema + " mode");
  if (mode == "auto") {
    std::string url = value_of(settings, schema + " autoconfig-url");
    return ProxyChoice{.use = url.empty() ? ProxyUse::Detected : ProxyUse::Pac, .target = std::move(url)};
  }
  if (mode != "manual") return std::nullopt;
  for (const char* kind : {".https", ".http", ".socks"}) {
    std::string target = value_of(settings, schema + kind + " host");
    const std::string port = value_of(settings, schema + kind + " port");
    if (target.empty() || port == "0") continue;
    target.append(":").append(port);
    return ProxyChoice{.use = ProxyUse::Fixed, .target = std::move(target)};
  }
  return ProxyChoice{};
}

std::optional<ProxyChoice> read_kioslaverc(std::string_view text) {
  const Settings settings = read_kde_section(text);
  const std::string type = value_of(settings, "ProxyType");
  if (type == "2")
    return ProxyChoice{.use = ProxyUse::Pac, .target = value_of(settings, "Proxy Config Script")};
  if (type == "3") return ProxyChoice{.use = ProxyUse::Detected};
  if (type != "1") return std::nullopt;
  for (const char* kind : {"httpsProxy", "httpProxy", "socksProxy"}) {
    if (std::string target = host_and_port(value_of(settings, kind)); !target.empty())
      return ProxyChoice{.use = ProxyUse::Fixed, .target = std::move(target)};
  }
  return ProxyChoice{};
}

std::optional<ProxyChoice> read_environment(const Variables& variable, bool knows_auto_proxy) {
  if (knows_auto_proxy) {
    if (std::string url = variable("auto_proxy"); !url.empty())
      return ProxyChoice{.use = ProxyUse::Pac, .target = std::move(url)};
  }
  for (const char* name : {"https_proxy", "all_proxy", "http_proxy"}) {
    if (std::string target = host_and_port(either_case(variable, name)); !target.empty())
      return ProxyChoice{.use = ProxyUse::Fixed, .target = std::move(target)};
  }
  return std::nullopt;
}

std::optional<ProxyChoice> read_chromium_policy(std::string_view text) {
  const json whole = json::parse(text, nullptr, false);
  if (!whole.is_object()) return std::nullopt;
  const auto settings = whole.find("ProxySettings");
  const json& found = settings != whole.end() && settings->is_object() ? *settings : whole;
  const std::string mode = text_of(found, "ProxyMode");
  if (mode == "pac_script") return ProxyChoice{.use = ProxyUse::Pac, .target = text_of(found, "ProxyPacUrl")};
  if (mode == "fixed_servers")
    return ProxyChoice{.use = ProxyUse::Fixed, .target = host_and_port(text_of(found, "ProxyServer"))};
  if (mode == "auto_detect") return ProxyChoice{.use = ProxyUse::Detected};
  if (mode == "direct") return ProxyChoice{};
  return std::nullopt;
}

std::optional<ProxyChoice> read_firefox_policy(std::string_view text) {
  const json whole = json::parse(text, nullptr, false);
  if (!whole.is_object()) return std::nullopt;
  const json policies = whole.value("policies", json::object());
  if (!policies.is_object()) return std::nullopt;
  const json found = policies.value("Proxy", json::object());
  if (!found.is_object()) return std::nullopt;
  const std::string mode = text_of(found, "Mode");
  if (mode == "autoConfig")
    return ProxyChoice{.use = ProxyUse::Pac, .target = text_of(found, "AutoConfigURL")};
  if (mode == "manual")
    return ProxyChoice{.use = ProxyUse::Fixed, .target = host_and_port(text_of(found, "SSLProxy"))};
  if (mode == "autoDetect") return ProxyChoice{.use = ProxyUse::Detected};
  if (mode == "none") return ProxyChoice{};
  return std::nullopt;
}

}  // namespace proxy
