// Properties into a token, and sets of tokens compared.
#include "udev/usb_token.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <iterator>
#include <utility>

#include "tlscore/base/log.h"

namespace udev {
namespace {

constexpr std::size_t kMaxTextBytes = 255;
constexpr int kDecimal = 10;
constexpr int kHexadecimal = 16;

std::uint16_t read_number(std::string_view text, int base) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc() && end == text.data() + text.size() ? number : std::uint16_t{0};
}

/// "20a0/4211/200" into vendor and product; the rest is the device's release number.
void read_product(std::string_view text, UsbToken& token) {
  const std::size_t first = text.find('/');
  if (first == std::string_view::npos) return;
  const std::size_t second = text.find('/', first + 1);
  token.vendor_id = read_number(text.substr(0, first), kHexadecimal);
  token.product_id = read_number(text.substr(first + 1, second - first - 1), kHexadecimal);
}

/// Is it the same plug of the same device? Names and serial number may come with a later event.
bool same_plug(const UsbToken& a, const UsbToken& b) {
  return a.syspath == b.syspath && a.bus == b.bus && a.device == b.device && a.vendor_id == b.vendor_id &&
         a.product_id == b.product_id;
}

}  // namespace

std::optional<UsbToken> read_usb_token(std::string_view syspath, const PropertyLookup& property) {
  const auto text = [&property](const char* name) {
    return std::string(property(name).value_or("").substr(0, kMaxTextBytes));
  };
  if (text("SUBSYSTEM") != "usb" || text("DEVTYPE") != "usb_device" || text("ID_SMARTCARD_READER").empty()) {
    return std::nullopt;
  }
  UsbToken token{.syspath = std::string(syspath),
                 .bus = read_number(text("BUSNUM"), kDecimal),
                 .device = read_number(text("DEVNUM"), kDecimal),
                 .vendor = text("ID_VENDOR"),
                 .model = text("ID_MODEL"),
                 .serial = text("ID_SERIAL_SHORT")};
  read_product(text("PRODUCT"), token);
  return token;
}

std::string describe(const UsbToken& token) {
  std::array<char, sizeof "ffff:ffff"> ids{};
  std::snprintf(ids.data(), ids.size(), "%04x:%04x", token.vendor_id, token.product_id);
  std::string name = token.model.empty() ? "a token" : token.model;
  std::ranges::replace(name, '_', ' ');  // which udev puts where the device says a blank
  const std::string serial = token.serial.empty() ? "" : ", serial " + token.serial;
  return tlscore::printable(name + " (" + ids.data() + serial + ")");
}

PluggedTokens::Changes PluggedTokens::present(UsbToken token) {
  const auto known = std::ranges::find(m_tokens, token.syspath, &UsbToken::syspath);
  if (known == m_tokens.end()) {
    if (m_tokens.size() == kMaxTokens) return {};
    m_tokens.push_back(token);
    return {.removed = {}, .added = {std::move(token)}};
  }
  const bool same = same_plug(*known, token);
  const UsbToken before = std::exchange(*known, token);
  if (same) return {};
  return {.removed = {before}, .added = {std::move(token)}};
}

PluggedTokens::Changes PluggedTokens::gone(std::string_view syspath) {
  const auto known = std::ranges::find(m_tokens, syspath, &UsbToken::syspath);
  if (known == m_tokens.end()) return {};
  Changes changes{.removed = {std::move(*known)}, .added = {}};
  m_tokens.erase(known);
  return changes;
}

PluggedTokens::Changes PluggedTokens::all(const std::vector<UsbToken>& tokens) {
  Changes changes;
  const auto append = [&changes](Changes more) {
    std::ranges::move(more.removed, std::back_inserter(changes.removed));
    std::ranges::move(more.added, std::back_inserter(changes.added));
  };
  const std::vector<UsbToken> before = m_tokens;
  for (const UsbToken& token : before) {
    if (std::ranges::find(tokens, token.syspath, &UsbToken::syspath) == tokens.end()) {
      append(gone(token.syspath));
    }
  }
  for (const UsbToken& token : tokens) append(present(token));
  return changes;
}

}  // namespace udev
