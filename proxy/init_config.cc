// TOML, written.
#include "proxy/init_config.h"

#include <nlohmann/json.hpp>

#include "proxy/config.h"

namespace proxy {

using namespace tlscore;
using nlohmann::json;

namespace {

/// JSON's strings are basic strings of TOML. What is no UTF-8 is replaced, and then names nothing.
std::string toml_string(std::string_view text) {
  return json(text).dump(-1, ' ', true, json::error_handler_t::replace);
}

}  // namespace

std::string first_configuration(const FirstToken& token) {
  std::string text = "# Written by `latchkey init`; latchkey-config(5) has every key.\n\n[token]\n";
  text += "module = " + toml_string(token.module) + "\n";
  if (!token.device.empty()) text += "device = " + toml_string(token.device) + "\n";
  return text;
}

std::string party_section(std::string_view host, std::string_view identity) {
  std::string text = "\n[[party]]\nhosts = [" + toml_string(host) + "]\n";
  if (!identity.empty()) text += "identity = " + toml_string(identity) + "\n";
  return text;
}

Result<std::string> with_section(std::string text, std::string_view section, std::string_view file_name) {
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  text += section;
  TRY(parse_config(text, file_name));
  return text;
}

}  // namespace proxy
