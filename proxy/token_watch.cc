// Two watchers, one list.
#include "proxy/token_watch.h"

namespace proxy {

using namespace tlscore;

TokenSource token_source(const TokenConfig& config) {
  if (config.module != "auto") return TokenSource::Usb;
  return config.device == "none" ? TokenSource::Readers : TokenSource::Both;
}

Result<std::unique_ptr<TokenWatch>> TokenWatch::start(EventLoop& loop, const TokenConfig& config,
                                                      Callbacks callbacks) {
  const TokenSource source = token_source(config);
  std::unique_ptr<TokenWatch> watch(new TokenWatch(source, std::move(callbacks)));
  auto* const self = watch.get();  // owns what calls back
  if (source != TokenSource::Readers) {
    const auto look = [self](const udev::UsbToken&) {
      self->report(self->m_places.see_usb(self->m_usb->tokens()));
    };
    watch->m_usb = TRY(udev::TokenWatcher::start(loop, config.device, look, look));
  }
  if (source != TokenSource::Usb) {
    watch->m_readers = std::make_unique<token::CardReaderWatcher>(
        loop,
        [self](const token::CardReaders& readers) { self->report(self->m_places.see_readers(readers)); });
  }
  return watch;
}

void TokenWatch::report(const TokenPlaces::Changes& changes) {
  for (const TokenPlaces::Left& each : changes.left) m_callbacks.left(each.place, each.why);
  for (const TokenPlace& place : changes.came) m_callbacks.came(place);
  for (const TokenPlace& place : changes.released) m_callbacks.released(place);
  m_callbacks.looked();
}

}  // namespace proxy
