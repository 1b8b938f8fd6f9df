// Takes values out of a parsed TOML file, and says where a wrong one stands.
//
// What a value means is told by the functions of config_value.h; what a section holds, by config.cc and
// config_party.cc.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "proxy/toml.h"
#include "tlscore/base/result.h"

namespace proxy {

/// How many entries a list may have.
struct ListBounds {
  std::size_t least = 0;
  std::size_t most = 0;
};

/// A text of the file for use in a message: quoted, cut to 60 octets, nothing in it that a terminal would
/// obey.
[[nodiscard]] std::string quote(std::string_view text);

/// One table of the file, e.g. `[token]`, from which known keys are taken one by one; finish() then complains
/// of the others. Points into the parsed file and its name, which outlive it.
class ConfigSection {
 public:
  /// `path` is what messages call the table, e.g. `party[2]`; empty for the file's top.
  ConfigSection(const toml::table& table, std::string path, std::string_view file)
      : m_table(&table), m_path(std::move(path)), m_file(file) {}

  [[nodiscard]] bool has(std::string_view key) const { return m_table->contains(key); }

  /// The text at `key` as `parse` (text to Result<T>) reads it; `fallback` where the key is not written.
  template <class T, class Parse>
  [[nodiscard]] tlscore::Result<T> text(std::string_view key, T fallback, Parse parse) {
    const toml::node* node = find(key);
    if (node == nullptr) return fallback;
    return read<T>(*node, key, parse);
  }

  /// The list at `key`, each text read by `parse`.
  template <class T, class Parse>
  [[nodiscard]] tlscore::Result<std::vector<T>> texts(std::string_view key, std::vector<T> fallback,
                                                      ListBounds bounds, Parse parse) {
    return list<T>(key, std::move(fallback), bounds,
                   [&](const toml::node& node) { return read<T>(node, key, parse); });
  }

  /// The list at `key`, each whole number read by `parse` (int64 to Result<T>).
  template <class T, class Parse>
  [[nodiscard]] tlscore::Result<std::vector<T>> numbers(std::string_view key, std::vector<T> fallback,
                                                        ListBounds bounds, Parse parse) {
    return list<T>(key, std::move(fallback), bounds, [&](const toml::node& node) -> tlscore::Result<T> {
      const toml::value<std::int64_t>* number = node.as_integer();
      if (number == nullptr) return tlscore::fail(wrong_type(node, key, "a whole number"));
      auto value = parse(number->get());
      if (!value) return tlscore::fail(wrong_value(node, key, std::to_string(number->get()), value.error()));
      return value;
    });
  }

  /// One of a few words. What stands there instead is not repeated: it may be a PIN that somebody wrote at
  /// `pin`.
  template <class T>
  [[nodiscard]] tlscore::Result<T> choice(
      std::string_view key, T fallback,
      std::type_identity_t<std::span<const std::pair<std::string_view, T>>> words) {
    return text<T>(key, fallback, [&](std::string_view text) { return choose(text, words); });
  }

  [[nodiscard]] tlscore::Result<bool> flag(std::string_view key, bool fallback);

  /// The table at `key`: `[key]`. std::nullopt where it is not written.
  [[nodiscard]] tlscore::Result<std::optional<ConfigSection>> section(std::string_view key);

  /// The tables at `key`: `[[key]]`, `most` at most. Messages count them from 1.
  [[nodiscard]] tlscore::Result<std::vector<ConfigSection>> sections(std::string_view key, std::size_t most);

  /// Every key of a table whose keys are the user's to choose.
  [[nodiscard]] std::vector<std::string> keys() const;

  /// Fails where the table has a key that nobody asked for.
  [[nodiscard]] tlscore::Result<void> finish() const;

  /// `FILE:LINE: PATH.key: message`; the line is the key's, else the table's.
  [[nodiscard]] tlscore::Error error(std::string_view key, std::string_view message) const;

 private:
  [[nodiscard]] const toml::node* find(std::string_view key);
  [[nodiscard]] std::string name_of(std::string_view key) const;
  [[nodiscard]] tlscore::Error error_at(const toml::node& node, std::string_view key,
                                        std::string_view message,
                                        tlscore::ErrorKind kind = tlscore::ErrorKind::Malformed) const;
  [[nodiscard]] tlscore::Error wrong_type(const toml::node& node, std::string_view key,
                                          std::string_view wanted) const;
  [[nodiscard]] tlscore::Error wrong_value(const toml::node& node, std::string_view key,
                                           std::string_view value, const tlscore::Error& error) const;
  [[nodiscard]] tlscore::Result<const toml::array*> array(const toml::node& node, std::string_view key,
                                                          ListBounds bounds) const;

  template <class T, class Parse>
  tlscore::Result<T> read(const toml::node& node, std::string_view key, Parse& parse) const {
    const toml::value<std::string>* text = node.as_string();
    if (text == nullptr) return tlscore::fail(wrong_type(node, key, "text in quotes"));
    tlscore::Result<T> value = parse(std::string_view(text->get()));
    if (!value) return tlscore::fail(wrong_value(node, key, quote(text->get()), value.error()));
    return value;
  }

  template <class T, class Read>
  tlscore::Result<std::vector<T>> list(std::string_view key, std::vector<T> fallback, ListBounds bounds,
                                       Read read_one) {
    const toml::node* node = find(key);
    if (node == nullptr) return fallback;
    std::vector<T> values;
    for (const toml::node& entry : *TRY(array(*node, key, bounds))) values.push_back(TRY(read_one(entry)));
    return values;
  }

  template <class T>
  static tlscore::Result<T> choose(std::string_view text,
                                   std::span<const std::pair<std::string_view, T>> words) {
    std::string all;
    for (const auto& [word, value] : words) {
      if (word == text) return value;
      all += (all.empty() ? "" : ", ") + quote(word);
    }
    return tlscore::fail(tlscore::ErrorKind::Refused, "expected one of " + all);
  }

  const toml::table* m_table;
  std::string m_path;
  std::string_view m_file;
  std::set<std::string, std::less<>> m_known{};
};

}  // namespace proxy
