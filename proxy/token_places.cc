// A USB device and its reader: by bus and device number, by serial number, else because only one of each is
// left.
#include "proxy/token_places.h"

#include <algorithm>
#include <utility>

#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;

namespace {

std::string usb_key(const udev::UsbToken& token) {
  return "usb " + std::to_string(token.bus) + ":" + std::to_string(token.device);
}

TokenPlace place_in(const token::CardReader& reader, std::string key) {
  // A card that came back while nobody looked is another plug.
  return {.key = std::move(key) + " card " + std::to_string(reader.card_events),
          .reader = reader.name,
          .text = printable(reader.name),
          .held = reader.held,
          .holders = reader.holders};
}

bool is_at(const token::CardReader& reader, const udev::UsbToken& token) {
  return reader.usb_device != 0 && reader.usb_bus == token.bus && reader.usb_device == token.device;
}

bool tells_place(const token::CardReader& reader) {
  return reader.usb_device != 0;
}

bool is_named_after(const token::CardReader& reader, const udev::UsbToken& token) {
  return !token.serial.empty() && reader.name.contains(token.serial);
}

}  // namespace

const token::CardReader* TokenPlaces::reader_of(const udev::UsbToken& token) const {
  const auto& readers = m_readers.readers;
  if (const auto at = std::ranges::find_if(readers, [&](const Reader& each) { return is_at(each, token); });
      at != readers.end())
    return &*at;
  // A driver that tells no place, or a reader that another program has for itself.
  const Reader* found = nullptr;
  std::size_t candidates = 0;
  for (const Reader& reader : readers) {
    if (tells_place(reader)) continue;
    if (is_named_after(reader, token)) return &reader;
    found = &reader;
    ++candidates;
  }
  return candidates == 1 && m_usb.size() == 1 ? found : nullptr;
}

std::vector<TokenPlace> TokenPlaces::current() const {
  if (m_source == TokenSource::Usb) {
    if (m_usb.empty()) return {};
    return {{.key = "usb " + std::to_string(m_usb_removals), .text = describe(m_usb.front())}};
  }
  std::vector<TokenPlace> places;
  if (m_source == TokenSource::Readers) {
    for (const Reader& reader : m_readers.readers) {
      if (reader.has_card) places.push_back(place_in(reader, reader.name));
    }
    return places;
  }
  for (const udev::UsbToken& token : m_usb) {
    if (const Reader* reader = reader_of(token); reader != nullptr && reader->has_card)
      places.push_back(place_in(*reader, usb_key(token)));
  }
  return places;
}

std::string TokenPlaces::why_left(const TokenPlace& place) const {
  const bool usb_is_there = std::ranges::any_of(
      m_usb, [&](const udev::UsbToken& token) { return place.key.starts_with(usb_key(token) + " "); });
  if (m_source == TokenSource::Usb || (m_source == TokenSource::Both && !usb_is_there))
    return "the token was pulled out";
  if (!m_readers.service) return "the smart card service (pcscd) ended";
  const bool reader_is_there =
      std::ranges::any_of(m_readers.readers, [&](const Reader& each) { return each.name == place.reader; });
  return reader_is_there ? "the card was pulled out of its reader" : "the token's reader is gone";
}

TokenPlaces::Changes TokenPlaces::update() {
  std::vector<TokenPlace> now = current();
  Changes changes;
  const auto among = [](const std::vector<TokenPlace>& places, const TokenPlace& one) {
    return std::ranges::any_of(places, [&](const TokenPlace& each) { return each.key == one.key; });
  };
  // Those that stay keep their order, so that the one that came first stays the first.
  for (const TokenPlace& place : m_in) {
    if (!among(now, place)) changes.left.push_back({place, why_left(place)});
  }
  std::erase_if(m_in, [&](const TokenPlace& place) { return !among(now, place); });
  for (TokenPlace& place : now) {
    if (const auto known = std::ranges::find(m_in, place.key, &TokenPlace::key); known != m_in.end()) {
      if (place.held && (!known->held || known->holders != place.holders)) changes.held.push_back(place);
      if (known->held && !place.held) changes.released.push_back(place);
      *known = std::move(place);
      continue;
    }
    changes.came.push_back(place);
    m_in.push_back(std::move(place));
  }
  return changes;
}

TokenPlaces::Changes TokenPlaces::see_usb(std::vector<udev::UsbToken> tokens) {
  const bool one_left = std::ranges::any_of(
      m_usb, [&](const udev::UsbToken& each) { return std::ranges::find(tokens, each) == tokens.end(); });
  if (one_left) ++m_usb_removals;
  m_usb = std::move(tokens);
  return update();
}

TokenPlaces::Changes TokenPlaces::see_readers(token::CardReaders readers) {
  m_readers = std::move(readers);
  return update();
}

std::string TokenPlaces::why_none() const {
  const bool reader_expected = m_source == TokenSource::Readers || !m_usb.empty();
  if (!m_in.empty() || m_source == TokenSource::Usb || !reader_expected) return "";
  if (!m_readers.service)
    return "the smart card service (pcscd) does not answer: is the package pcscd installed?";
  if (m_source == TokenSource::Readers) {
    return m_readers.readers.empty() ? "" : "there is no card in the reader";
  }
  if (const udev::UsbToken* unseen = unseen_reader()) {
    const std::string why = "pcscd does not see the reader " + describe(*unseen);
    if (!m_holders_of_unseen) return why + " yet";
    if (!m_holders_of_unseen->empty())
      return why + ": " + held_sentence(*m_holders_of_unseen) + ", and plug the token in again";
    return why + ": plug it in again; if that does not help, run `sudo systemctl restart pcscd`";
  }
  return "there is no card in the reader " + printable(reader_of(m_usb.front())->name);
}

const udev::UsbToken* TokenPlaces::unseen_reader() const {
  if (m_source != TokenSource::Both || !m_readers.service) return nullptr;
  const auto unseen =
      std::ranges::find_if(m_usb, [&](const udev::UsbToken& token) { return reader_of(token) == nullptr; });
  return unseen == m_usb.end() ? nullptr : &*unseen;
}

void TokenPlaces::see_holders_of_unseen(std::optional<std::vector<token::CardHolder>> holders) {
  m_holders_of_unseen = std::move(holders);
}

}  // namespace proxy
