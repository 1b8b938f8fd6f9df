// What a browser uses as its proxy, wherever that is written: what the readers of the settings have in
// common.
#pragma once

#include <cstdint>
#include <string>

namespace proxy {

enum class ProxyUse : std::uint8_t {
  Direct,    ///< None.
  Pac,       ///< What a PAC file says.
  Fixed,     ///< One proxy for everything.
  Detected,  ///< Whatever the network names (WPAD).
};

struct ProxyChoice {
  ProxyUse use = ProxyUse::Direct;
  std::string target{};         ///< Pac: its URL, as written. Fixed: HOST:PORT.
  bool looks_names_up = false;  ///< A SOCKS proxy is given addresses in place of names.
  std::string exceptions{};     ///< Hosts that are visited without it, as Firefox lists them.

  friend bool operator==(const ProxyChoice&, const ProxyChoice&) = default;
};

}  // namespace proxy
