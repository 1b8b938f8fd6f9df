// One thread in SCardGetStatusChange.
#include "tlscore/token/card_readers.h"

#include <reader.h>
#include <winscard.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

namespace tlscore::token {
namespace {

constexpr std::size_t kMaxReaders = 64;
constexpr std::chrono::seconds kBetweenLooks{1};
constexpr std::chrono::milliseconds kLongestWait{1000};
constexpr std::chrono::milliseconds kLongestEnd{500};
/// The reader that stands for "another reader came or went".
constexpr const char* kAnyReader = R"(\\?PnP?\Notification)";

/// 0 and 0: the reader does not tell.
struct UsbPlace {
  std::uint8_t bus = 0;
  std::uint8_t device = 0;
};

/// A context of PC/SC, which stands for a connection to pcscd.
class Context {
 public:
  static std::optional<Context> establish() {
    SCARDCONTEXT handle = 0;
    if (::SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &handle) != SCARD_S_SUCCESS) return {};
    return Context(handle);
  }
  ~Context() {
    if (m_handle != 0) static_cast<void>(::SCardReleaseContext(m_handle));
  }
  Context(Context&& other) noexcept : m_handle(std::exchange(other.m_handle, 0)) {}
  Context& operator=(Context&&) = delete;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  [[nodiscard]] SCARDCONTEXT handle() const { return m_handle; }

 private:
  explicit Context(SCARDCONTEXT handle) : m_handle(handle) {}
  SCARDCONTEXT m_handle;
};

/// Names one after the other, each with a zero behind it, and a zero behind all.
std::vector<std::string> split_names(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty() && text.front() != '\0' && names.size() < kMaxReaders) {
    const std::size_t end = std::min(text.find('\0'), text.size());
    names.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return names;
}

/// Nothing when pcscd is gone.
std::optional<std::vector<std::string>> list_readers(const Context& context) {
  std::string text(kMaxReaders * (MAX_READERNAME + 1), '\0');
  DWORD size = text.size();
  const LONG result = ::SCardListReaders(context.handle(), nullptr, text.data(), &size);
  if (result == SCARD_E_NO_READERS_AVAILABLE) return std::vector<std::string>();
  if (result != SCARD_S_SUCCESS) return {};
  return split_names(std::string_view(text).substr(0, std::min<std::size_t>(size, text.size())));
}

/// The reader's place on the USB (PC/SC part 3, section 3.1.1): type 0x20 in the upper half, bus and device
/// below. Nothing when it cannot be asked now: a program has it for itself, or it is on its way in or out.
std::optional<UsbPlace> usb_place(const Context& context, const std::string& reader) {
  constexpr std::uint32_t kUsb = 0x20;
  SCARDHANDLE card = 0;
  DWORD protocol = 0;
  const LONG connected =
      ::SCardConnect(context.handle(), reader.c_str(), SCARD_SHARE_DIRECT, 0, &card, &protocol);
  if (connected != SCARD_S_SUCCESS) return {};
  std::uint32_t channel = 0;
  DWORD size = sizeof channel;
  const LONG result = ::SCardGetAttrib(card, SCARD_ATTR_CHANNEL_ID, reinterpret_cast<BYTE*>(&channel), &size);
  static_cast<void>(::SCardDisconnect(card, SCARD_LEAVE_CARD));
  if (result != SCARD_S_SUCCESS || size != sizeof channel || channel >> 16U != kUsb) return UsbPlace();
  return UsbPlace{static_cast<std::uint8_t>(channel >> 8U), static_cast<std::uint8_t>(channel)};
}

}  // namespace

/// What the thread and its owner share.
class CardReaderWatcher::Thread {
 public:
  Thread(EventLoop& loop, Callback on_change) : m_loop(loop), m_on_change(std::move(on_change)) {}
  ~Thread() = default;

  static std::shared_ptr<Thread> start(EventLoop& loop, Callback on_change) {
    auto self = std::make_shared<Thread>(loop, std::move(on_change));
    std::thread([self] { self->run(self->m_stop.get_token()); }).detach();
    return self;
  }

  /// Nothing is reported after this. Returns when the thread has ended, or is kept by a pcscd that hangs.
  static void end(const std::shared_ptr<Thread>& self) {
    *self->m_alive = false;
    std::unique_lock lock(self->m_mutex);
    self->m_stop.request_stop();
    if (self->m_ended) return;
    // Cancelling speaks to pcscd, too, so it is not done here.
    std::thread([self] { self->cancel_wait(); }).detach();
    self->m_changed.wait_for(lock, kLongestEnd, [&] { return self->m_ended; });
  }

  void ask_places_again() { m_places_are_old = true; }

  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;
  Thread(Thread&&) = delete;
  Thread& operator=(Thread&&) = delete;

 private:
  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      if (const auto context = Context::establish()) {
        use(context->handle());
        watch_readers(*context, stop);
        use(0);
      }
      report({});
      std::unique_lock lock(m_mutex);
      m_changed.wait_for(lock, stop, kBetweenLooks, [] { return false; });
    }
    const std::scoped_lock lock(m_mutex);
    m_ended = true;
    m_changed.notify_all();
  }

  void cancel_wait() {
    std::unique_lock lock(m_mutex);
    // One that comes just before the wait is lost: so until the thread has gone.
    while (!m_ended) {
      const SCARDCONTEXT context = m_context;
      lock.unlock();
      if (context != 0) static_cast<void>(::SCardCancel(context));
      lock.lock();
      m_changed.wait_for(lock, std::chrono::milliseconds(5), [this] { return m_ended; });
    }
  }

  /// Until pcscd ends, or we do.
  void watch_readers(const Context& context, const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const auto names = list_readers(context);
      if (!names) return;
      std::vector<SCARD_READERSTATE> states = states_of(*names);
      const LONG looked = ::SCardGetStatusChange(context.handle(), 0, states.data(), states.size());
      if (looked == SCARD_E_UNKNOWN_READER) continue;
      if (looked != SCARD_S_SUCCESS && looked != SCARD_E_TIMEOUT) return;
      report(read(context, states));
      if (!wait_for_change(context, states)) return;
    }
  }

  /// Returns false when pcscd has ended, or we are to.
  bool wait_for_change(const Context& context, std::vector<SCARD_READERSTATE>& states) {
    for (SCARD_READERSTATE& state : states) state.dwCurrentState = state.dwEventState & ~SCARD_STATE_CHANGED;
    // Not for ever: a reader that came after they were listed is no news to this wait, and the end of an
    // exclusive use wakes nobody: pcscd tells of the card's reset, and frees it after that.
    const LONG waited =
        ::SCardGetStatusChange(context.handle(), kLongestWait.count(), states.data(), states.size());
    // One that comes back under its old name may be at another place.
    for (const SCARD_READERSTATE& state : states) {
      if ((state.dwEventState & (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE)) != 0)
        m_places.erase(state.szReader);
    }
    if (waited == SCARD_E_UNKNOWN_READER) m_places.clear();
    return waited == SCARD_S_SUCCESS || waited == SCARD_E_UNKNOWN_READER || waited == SCARD_E_TIMEOUT ||
           waited == SCARD_E_CANCELLED;
  }

  static std::vector<SCARD_READERSTATE> states_of(const std::vector<std::string>& names) {
    std::vector<SCARD_READERSTATE> states(names.size() + 1);
    for (std::size_t i = 0; i < names.size(); ++i) states[i].szReader = names[i].c_str();
    states.back().szReader = kAnyReader;
    return states;
  }

  CardReaders read(const Context& context, const std::vector<SCARD_READERSTATE>& states) {
    if (m_places_are_old.exchange(false)) m_places.clear();
    CardReaders found{.service = true, .readers = {}};
    std::map<std::string, UsbPlace> places;
    for (const SCARD_READERSTATE& state : states) {
      if (std::string_view(state.szReader) == kAnyReader) continue;
      CardReader reader{.name = state.szReader,
                        .card_events = static_cast<std::uint16_t>(state.dwEventState >> 16U),
                        .has_card = (state.dwEventState & SCARD_STATE_PRESENT) != 0,
                        .held = (state.dwEventState & SCARD_STATE_EXCLUSIVE) != 0};
      if (reader.held) reader.holders = holders_of(reader.name);
      // Asked once: connecting is itself a change that wakes us.
      const auto known = m_places.find(reader.name);
      const auto place = known != m_places.end() ? known->second : usb_place(context, reader.name);
      if (place) {
        places.emplace(reader.name, *place);
        reader.usb_bus = place->bus;
        reader.usb_device = place->device;
      }
      found.readers.push_back(std::move(reader));
    }
    m_places = std::move(places);
    return found;
  }

  /// Looked for once: it is the same program until it lets go.
  std::vector<CardHolder> holders_of(const std::string& reader) const {
    if (m_reported) {
      const auto known = std::ranges::find(m_reported->readers, reader, &CardReader::name);
      if (known != m_reported->readers.end() && !known->holders.empty()) return known->holders;
    }
    return programs_at_pcscd();
  }

  void report(CardReaders now) {
    if (m_reported == now) return;
    m_reported = now;
    const std::scoped_lock lock(m_mutex);
    if (m_stop.stop_requested()) return;  // the loop may be gone
    m_loop.post_from_any_thread([this, alive = m_alive, now = std::move(now)] {
      if (*alive) m_on_change(now);
    });
  }

  void use(SCARDCONTEXT context) {
    const std::scoped_lock lock(m_mutex);
    m_context = context;
  }

  EventLoop& m_loop;
  Callback m_on_change;
  std::shared_ptr<bool> m_alive =
      std::make_shared<bool>(true);  // the loop's thread alone reads and writes it

  // The thread's own.
  std::optional<CardReaders> m_reported;
  std::map<std::string, UsbPlace> m_places;

  std::atomic<bool> m_places_are_old = false;
  std::mutex m_mutex;
  std::condition_variable_any m_changed;
  SCARDCONTEXT m_context = 0;
  bool m_ended = false;
  std::stop_source m_stop;
};

CardReaderWatcher::CardReaderWatcher(EventLoop& loop, Callback on_change)
    : m_thread(Thread::start(loop, std::move(on_change))) {}

void CardReaderWatcher::ask_places_again() {
  m_thread->ask_places_again();
}

CardReaderWatcher::~CardReaderWatcher() {
  Thread::end(m_thread);
}

}  // namespace tlscore::token
