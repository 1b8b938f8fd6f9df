// Labels, counted and compared.
#include "tlscore/dns/name.h"

#include <algorithm>
#include <array>
#include <vector>

namespace tlscore::dns {
namespace {

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '*';
}

std::size_t length_at(std::string_view wire, std::size_t at) {
  return static_cast<std::uint8_t>(wire[at]);
}

/// Where the labels begin, the root's empty one left out.
std::vector<std::size_t> starts(std::string_view wire) {
  std::vector<std::size_t> found;
  for (std::size_t at = 0; length_at(wire, at) != 0; at += 1 + length_at(wire, at)) found.push_back(at);
  return found;
}

}  // namespace

Result<Name> Name::parse(std::string_view text) {
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty()) return Name();
  std::string wire;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t dot = std::min(text.find('.', at), text.size());
    const std::string label = to_lower(text.substr(at, dot - at));
    if (label.empty() || label.size() > kMaxLabel || !std::ranges::all_of(label, is_plain)) {
      return fail(ErrorKind::Malformed, "is no domain name");
    }
    wire += static_cast<char>(label.size());
    wire += label;
    at = dot + 1;
  }
  wire += '\0';
  if (wire.size() > kMaxWire) return fail(ErrorKind::Malformed, "is too long for a domain name");
  return Name(std::move(wire));
}

std::optional<Name> Name::take_from_wire(ByteView& wire) {
  std::size_t at = 0;
  for (;;) {
    if (at >= wire.size() || at >= kMaxWire || wire[at] > kMaxLabel) return std::nullopt;
    if (wire[at] == 0) break;
    at += std::size_t{1} + wire[at];
  }
  // Lengths are below the letters, so that folding the whole folds the labels only.
  Name name(to_lower(as_text(wire.first(at + 1))));
  wire = wire.subspan(at + 1);
  return name;
}

std::optional<Name> Name::from_wire(ByteView wire) {
  auto name = take_from_wire(wire);
  return wire.empty() ? name : std::nullopt;
}

std::size_t Name::labels() const {
  return starts(m_wire).size();
}

Name Name::last(std::size_t count) const {
  const auto at = starts(m_wire);
  return count == 0 ? Name() : Name(m_wire.substr(at[at.size() - count]));
}

Name Name::parent() const {
  return is_root() ? *this : Name(m_wire.substr(1 + length_at(m_wire, 0)));
}

std::optional<Name> Name::child(std::string_view label) const {
  if (label.empty() || label.size() > kMaxLabel || 1 + label.size() + m_wire.size() > kMaxWire) {
    return std::nullopt;
  }
  return Name(static_cast<char>(label.size()) + to_lower(label) + m_wire);
}

std::optional<Name> Name::moved(const Name& from, const Name& to) const {
  if (!is_under(from)) return std::nullopt;
  const std::string_view kept = std::string_view(m_wire).substr(0, m_wire.size() - from.m_wire.size());
  if (kept.size() + to.m_wire.size() > kMaxWire) return std::nullopt;
  return Name(std::string(kept) + to.m_wire);
}

bool Name::is_under(const Name& ancestor) const {
  const std::size_t count = ancestor.labels();
  return count <= labels() && last(count) == ancestor;
}

std::string_view Name::first_label() const {
  return std::string_view(m_wire).substr(1, length_at(m_wire, 0));
}

std::string Name::text() const {
  if (is_root()) return ".";
  std::string text;
  for (const std::size_t at : starts(m_wire)) {
    if (at != 0) text += '.';
    for (const char c : std::string_view(m_wire).substr(at + 1, length_at(m_wire, at))) {
      if (is_plain(c)) {
        text += c;
      } else {
        const std::string digits = std::to_string(static_cast<std::uint8_t>(c));
        text += '\\' + std::string(3 - digits.size(), '0') + digits;
      }
    }
  }
  return text;
}

std::strong_ordering operator<=>(const Name& a, const Name& b) {
  const auto a_starts = starts(a.m_wire);
  const auto b_starts = starts(b.m_wire);
  for (std::size_t i = 1; i <= std::min(a_starts.size(), b_starts.size()); ++i) {
    const std::size_t a_at = a_starts[a_starts.size() - i];
    const std::size_t b_at = b_starts[b_starts.size() - i];
    const auto a_label = as_bytes(a.m_wire).subspan(a_at + 1, length_at(a.m_wire, a_at));
    const auto b_label = as_bytes(b.m_wire).subspan(b_at + 1, length_at(b.m_wire, b_at));
    const auto order = std::lexicographical_compare_three_way(a_label.begin(), a_label.end(), b_label.begin(),
                                                              b_label.end());
    if (order != 0) return order;
  }
  return a_starts.size() <=> b_starts.size();
}

}  // namespace tlscore::dns
