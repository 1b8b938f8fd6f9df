// Two watchers, for a moment.
#include "proxy/reader_look.h"

#include <memory>
#include <optional>

#include "udev/token_watcher.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr std::chrono::milliseconds kEnough{200};  // pcscd's first answer comes sooner
constexpr std::chrono::seconds kLimit{3};

class ReaderLook {
 public:
  explicit ReaderLook(EventLoop& loop) : m_loop(loop) {}

  void run() {
    auto usb =
        udev::TokenWatcher::start(m_loop, "", [](const udev::UsbToken&) {}, [](const udev::UsbToken&) {});
    m_readers = std::make_unique<token::CardReaderWatcher>(
        m_loop, [this](const token::CardReaders& now) { take(now); });
    // A udev that is not there never answers.
    const auto enough = m_loop.after(kEnough, [this] { end_wait(); });
    const auto limit = m_loop.after(kLimit, [this] { m_loop.stop(); });
    m_loop.run();
    m_usb = usb ? Result<std::vector<udev::UsbToken>>((*usb)->tokens()) : fail(usb.error());
  }
  [[nodiscard]] bool pcscd_hangs() const { return !m_seen; }
  [[nodiscard]] SeenReaders seen() const {
    return {.readers = m_seen.value_or(token::CardReaders()), .usb = m_usb};
  }

 private:
  void take(const token::CardReaders& now) {
    m_seen = now;
    if (m_waited) m_loop.stop();
  }
  void end_wait() {
    m_waited = true;
    if (m_seen) m_loop.stop();
  }

  EventLoop& m_loop;
  std::optional<token::CardReaders> m_seen;
  Result<std::vector<udev::UsbToken>> m_usb;
  bool m_waited = false;
  std::unique_ptr<token::CardReaderWatcher> m_readers;
};

TokenPlaces places_of(const SeenReaders& seen, TokenSource source) {
  TokenPlaces places(source);
  places.see_readers(seen.readers);
  if (seen.usb) places.see_usb(*seen.usb);
  return places;
}

}  // namespace

SeenReaders look_at_readers() {
  auto loop = EventLoop::create();
  if (!loop) return {.usb = fail(loop.error())};
  auto look = std::make_unique<ReaderLook>(**loop);
  look->run();
  SeenReaders seen = look->seen();
  if (!look->pcscd_hangs()) return seen;
  // Its thread waits for a pcscd that hangs, and so would whoever ends it: both are left to the process's
  // end.
  [[maybe_unused]] const auto* kept_look = look.release();
  [[maybe_unused]] const auto* kept_loop = loop->release();
  return seen;
}

std::vector<token::CardHolder> holders_of_unseen(const SeenReaders& seen) {
  if (!seen.usb || !seen.readers.service) return {};
  const TokenPlaces places = places_of(seen, TokenSource::Both);
  const udev::UsbToken* unseen = places.unseen_reader();
  if (unseen == nullptr) return {};
  return token::programs_at_usb_device(unseen->bus, unseen->device);
}

std::vector<TokenPlace> held_places(const SeenReaders& seen, TokenSource source) {
  std::vector<TokenPlace> held = places_of(seen, source).in();
  std::erase_if(held, [](const TokenPlace& place) { return !place.held; });
  return held;
}

}  // namespace proxy
