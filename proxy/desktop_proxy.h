// What the desktop's settings, the environment and the machine's policies say of proxies. For browsers that
// have no settings of their own, or none that count.
//
// Pure: texts in, a choice out. Nothing means that a source leaves it open.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/proxy_choice.h"

namespace proxy {

/// What `gsettings list-recursively org.gnome.system.proxy` prints. Nothing where it says "none".
[[nodiscard]] std::optional<ProxyChoice> read_gsettings(std::string_view text);

/// KDE's kioslaverc. Nothing where it is not there, or leaves it to the environment.
[[nodiscard]] std::optional<ProxyChoice> read_kioslaverc(std::string_view text);

/// A variable's value; empty: it is not set.
using Variables = std::function<std::string(const char* name)>;

/// The variables that are for https:// come first, because parties are; in lower or upper case. Only Chromium
/// knows `auto_proxy`.
[[nodiscard]] std::optional<ProxyChoice> read_environment(const Variables& variable, bool knows_auto_proxy);

/// A policy file of Chromium's, or of Firefox's. Nothing where it is not one, or sets no proxy.
[[nodiscard]] std::optional<ProxyChoice> read_chromium_policy(std::string_view text);
[[nodiscard]] std::optional<ProxyChoice> read_firefox_policy(std::string_view text);

}  // namespace proxy
