// Two watchers, one list.
#include "proxy/token_watch.h"

#include "openpgp-auth/agent_keys.h"
#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;

namespace {

/// pcscd takes its time to see a new reader; until then nobody need have it.
constexpr std::chrono::seconds kPcscdIsSlow{3};
constexpr std::chrono::seconds kBetweenLooks{5};

}  // namespace

TokenSource token_source(const TokenConfig& config) {
  if (config.module != "auto" && config.module != openpgp_auth::kAgentModule) return TokenSource::Usb;
  return config.device == "none" ? TokenSource::Readers : TokenSource::Both;
}

Result<std::unique_ptr<TokenWatch>> TokenWatch::start(EventLoop& loop, const TokenConfig& config,
                                                      Callbacks callbacks) {
  const TokenSource source = token_source(config);
  std::unique_ptr<TokenWatch> watch(new TokenWatch(loop, source, std::move(callbacks)));
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
  for (const TokenPlace& place : changes.held) m_callbacks.held(place);
  for (const TokenPlace& place : changes.released) m_callbacks.released(place);
  m_places.see_holders_of_unseen(std::nullopt);
  m_next_look.reset();
  if (m_places.unseen_reader() != nullptr)
    m_next_look = m_loop.after(kPcscdIsSlow, [this] { look_for_holders(); });
  m_callbacks.looked();
}

/// Nobody tells when a program takes or leaves a USB device.
void TokenWatch::look_for_holders() {
  const udev::UsbToken* unseen = m_places.unseen_reader();
  if (unseen == nullptr) return;
  if (m_readers) m_readers->ask_places_again();
  m_places.see_holders_of_unseen(token::programs_at_usb_device(unseen->bus, unseen->device));
  const std::string why = m_places.why_none();
  if (!why.empty() && why != m_told_of) log(LogLevel::Warning, why);
  m_told_of = why;
  m_next_look = m_loop.after(kBetweenLooks, [this] { look_for_holders(); });
  m_callbacks.looked();
}

}  // namespace proxy
