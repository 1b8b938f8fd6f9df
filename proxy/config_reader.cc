// Finds values in a TOML file and words the complaints about them.
#include "proxy/config_reader.h"

namespace proxy {

using tlscore::Error;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

std::string quote(std::string_view text) {
  constexpr std::size_t kMaxShownBytes = 60;
  const bool cut = text.size() > kMaxShownBytes;
  return '"' + plain(text.substr(0, kMaxShownBytes)) + (cut ? "...\"" : "\"");
}

Result<bool> ConfigSection::flag(std::string_view key, bool fallback) {
  const toml::node* node = find(key);
  if (node == nullptr) return fallback;
  const toml::value<bool>* value = node->as_boolean();
  if (value == nullptr) return fail(wrong_type(*node, key, "true or false"));
  return value->get();
}

Result<std::optional<ConfigSection>> ConfigSection::section(std::string_view key) {
  const toml::node* node = find(key);
  if (node == nullptr) return std::nullopt;
  const toml::table* table = node->as_table();
  if (table == nullptr) return fail(wrong_type(*node, key, "a section (\"[" + name_of(key) + "]\")"));
  return ConfigSection(*table, name_of(key), m_file);
}

Result<std::vector<ConfigSection>> ConfigSection::sections(std::string_view key, std::size_t most) {
  std::vector<ConfigSection> found;
  const toml::node* node = find(key);
  if (node == nullptr) return found;
  const std::string wanted = "sections (\"[[" + name_of(key) + "]]\", with two brackets)";
  if (!node->is_array()) return fail(wrong_type(*node, key, wanted));
  for (const toml::node& entry : *TRY(array(*node, key, {0, most}))) {
    const toml::table* table = entry.as_table();
    if (table == nullptr) return fail(wrong_type(entry, key, wanted));
    found.emplace_back(*table, name_of(key) + "[" + std::to_string(found.size() + 1) + "]", m_file);
  }
  return found;
}

std::vector<std::string> ConfigSection::keys() const {
  std::vector<std::string> names;
  for (const auto& [key, node] : *m_table) names.emplace_back(key.str());
  return names;
}

Result<void> ConfigSection::finish() const {
  for (const auto& [key, node] : *m_table) {
    if (m_known.contains(key.str())) continue;
    std::string known;
    for (const std::string& name : m_known) known += (known.empty() ? "" : ", ") + name;
    return fail(ErrorKind::Malformed, where(m_file, key.source()) + name_of(plain(key.str())) +
                                          ": there is no such key; the keys here are " + known);
  }
  return {};
}

Error ConfigSection::error(std::string_view key, std::string_view message) const {
  const toml::node* node = m_table->get(key);
  return error_at(node == nullptr ? *m_table : *node, key, message);
}

const toml::node* ConfigSection::find(std::string_view key) {
  m_known.emplace(key);
  return m_table->get(key);
}

std::string ConfigSection::name_of(std::string_view key) const {
  return m_path.empty() ? std::string(key) : m_path + "." + std::string(key);
}

Error ConfigSection::error_at(const toml::node& node, std::string_view key, std::string_view message,
                              ErrorKind kind) const {
  return {kind, where(m_file, node.source()) + name_of(plain(key)) + ": " + std::string(message)};
}

Error ConfigSection::wrong_type(const toml::node& node, std::string_view key, std::string_view wanted) const {
  return error_at(node, key, "expected " + std::string(wanted));
}

Error ConfigSection::wrong_value(const toml::node& node, std::string_view key, std::string_view value,
                                 const Error& error) const {
  if (error.kind == ErrorKind::Refused) return error_at(node, key, error.message);
  return error_at(node, key, std::string(value) + " " + error.message);
}

Result<const toml::array*> ConfigSection::array(const toml::node& node, std::string_view key,
                                                ListBounds bounds) const {
  const toml::array* entries = node.as_array();
  if (entries == nullptr) return fail(wrong_type(node, key, "a list in brackets"));
  if (entries->size() > bounds.most) {
    return fail(error_at(node, key, "has more than " + std::to_string(bounds.most) + " entries",
                         ErrorKind::TooLarge));
  }
  if (entries->size() < bounds.least) return fail(error_at(node, key, "may not be empty"));
  return entries;
}

}  // namespace proxy
