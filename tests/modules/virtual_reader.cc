// A smart card reader for tests: a driver for pcscd (an IFD handler, version 3) whose cards are virtual.
//
// It stands in for USB hardware only. pcscd loads it for a USB device that umockdev plays, as it would load
// libccid, and names the device: "usb:VID/PID:libudev:INTERFACE:/dev/bus/usb/BBB/DDD". The reader that this
// makes listens on the UNIX socket $LATCHKEY_TEST_READERS/BBB-DDD; whoever connects is the card in it, and
// speaks vpcd's protocol (tests/card/reader.py). Bus and device number are answered as SCARD_ATTR_CHANNEL_ID,
// in the form of libccid's.
#include <reader.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

extern "C" {  // which the header leaves to us
#include <ifdhandler.h>
}

#include "tlscore/base/unique_fd.h"

namespace {

using tlscore::UniqueFd;
using Bytes = std::vector<std::uint8_t>;

// What the reader says in one octet; anything longer is a command for the card.
enum class Signal : std::uint8_t { PowerOff = 0, PowerOn = 1, Reset = 2, SendAtr = 4 };

constexpr DWORD kUsbChannel = 0x0020;  // "DDDD" of SCARD_ATTR_CHANNEL_ID, as libccid has it

/// Where the device is on the USB.
struct Place {
  unsigned bus = 0;
  unsigned device = 0;
};

std::optional<Place> place_of(const char* device_name) {
  constexpr std::string_view kFolder = "/dev/bus/usb/";
  const std::string_view name(device_name);
  const std::size_t at = name.find(kFolder);
  if (at == std::string_view::npos) return std::nullopt;
  const char* const end = name.data() + name.size();
  Place place;
  const auto bus = std::from_chars(name.data() + at + kFolder.size(), end, place.bus);
  if (bus.ec != std::errc() || bus.ptr == end || *bus.ptr != '/') return std::nullopt;
  const auto device = std::from_chars(bus.ptr + 1, end, place.device);
  if (device.ec != std::errc()) return std::nullopt;
  return place;
}

/// One reader with one slot. pcscd watches for cards in one thread and uses the one that is in from others.
class Reader {
 public:
  static std::unique_ptr<Reader> create(Place place) {
    const char* folder = std::getenv("LATCHKEY_TEST_READERS");
    if (folder == nullptr) return nullptr;
    std::unique_ptr<Reader> reader(new Reader(place));
    std::array<char, 16> name{};
    std::snprintf(name.data(), name.size(), "/%03u-%03u", place.bus, place.device);
    reader->m_path = std::string(folder) + name.data();
    return reader->listen() ? std::move(reader) : nullptr;
  }
  ~Reader() { ::unlink(m_path.c_str()); }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  Reader(Reader&&) = delete;
  Reader& operator=(Reader&&) = delete;

  [[nodiscard]] DWORD channel() const { return kUsbChannel << 16 | m_place.bus << 8 | m_place.device; }
  [[nodiscard]] Bytes atr() const {
    const std::scoped_lock lock(m_guard);
    return m_atr;
  }

  /// Is a card in it? One that was pulled out and put in again is missed once, so that pcscd sees another
  /// card.
  bool card_present() {
    const std::scoped_lock lock(m_guard);
    if (m_card) {
      std::uint8_t octet = 0;
      const auto got = ::recv(m_card->get(), &octet, 1, MSG_PEEK | MSG_DONTWAIT);
      if (got > 0 || (got < 0 && errno == EAGAIN)) return true;
      m_card.reset();
      m_atr.clear();
      return false;
    }
    const int connection = ::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC);
    if (connection >= 0) m_card = std::make_shared<UniqueFd>(connection);
    return m_card != nullptr;
  }

  bool power_up(Signal how) {
    const auto card = this->card();
    if (!card || !signal(*card, how) || !signal(*card, Signal::SendAtr)) return false;
    auto atr = receive(*card);
    if (!atr) return false;
    const std::scoped_lock lock(m_guard);
    m_atr = *std::move(atr);
    return true;
  }
  void power_down() {
    if (const auto card = this->card()) signal(*card, Signal::PowerOff);
  }

  std::optional<Bytes> transmit(std::span<const std::uint8_t> command) {
    const auto card = this->card();
    if (!card || !send(*card, command)) return std::nullopt;
    return receive(*card);
  }

 private:
  explicit Reader(Place place) : m_place(place) {}

  bool listen() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (m_path.size() >= sizeof address.sun_path) return false;
    std::ranges::copy(m_path, address.sun_path);
    ::unlink(m_path.c_str());  // of a pcscd that was killed
    m_listener.reset(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    return m_listener &&
           ::bind(m_listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
           ::listen(m_listener.get(), 1) == 0;
  }

  /// Shared, so that no other thread closes it, and gives its number to the next card, while it is used.
  std::shared_ptr<const UniqueFd> card() const {
    const std::scoped_lock lock(m_guard);
    return m_card;
  }

  static bool signal(const UniqueFd& card, Signal what) {
    const auto octet = static_cast<std::uint8_t>(what);
    return send(card, std::span(&octet, 1));
  }

  static bool send(const UniqueFd& card, std::span<const std::uint8_t> payload) {
    if (payload.size() > 0xFFFF) return false;
    Bytes frame = {static_cast<std::uint8_t>(payload.size() >> 8),
                   static_cast<std::uint8_t>(payload.size() & 0xFF)};
    frame.insert(frame.end(), payload.begin(), payload.end());
    return ::send(card.get(), frame.data(), frame.size(), MSG_NOSIGNAL) == std::ssize(frame);
  }

  static std::optional<Bytes> receive(const UniqueFd& card) {
    Bytes length(2);
    if (!receive_into(card, length)) return std::nullopt;
    Bytes payload(static_cast<std::size_t>(length[0] << 8 | length[1]));
    if (!receive_into(card, payload)) return std::nullopt;
    return payload;
  }

  static bool receive_into(const UniqueFd& card, std::span<std::uint8_t> space) {
    return ::recv(card.get(), space.data(), space.size(), MSG_WAITALL) == std::ssize(space);
  }

  Place m_place;
  std::string m_path;
  UniqueFd m_listener;
  mutable std::mutex m_guard;  // of what stands below
  std::shared_ptr<const UniqueFd> m_card;
  Bytes m_atr;
};

std::mutex g_guard;
std::map<DWORD, std::shared_ptr<Reader>> g_readers;  // by logical unit number

std::shared_ptr<Reader> reader_of(DWORD lun) {
  const std::scoped_lock lock(g_guard);
  const auto found = g_readers.find(lun);
  return found == g_readers.end() ? nullptr : found->second;
}

/// Hands out what pcscd has asked for, if it has the room.
RESPONSECODE hand_out(std::span<const std::uint8_t> octets, PDWORD length, PUCHAR value) {
  if (value == nullptr || *length < octets.size()) {
    *length = octets.size();
    return value == nullptr ? IFD_SUCCESS : IFD_ERROR_INSUFFICIENT_BUFFER;
  }
  std::ranges::copy(octets, value);
  *length = octets.size();
  return IFD_SUCCESS;
}

template <class Value>
std::array<std::uint8_t, sizeof(Value)> octets_of(Value value) {
  return std::bit_cast<std::array<std::uint8_t, sizeof(Value)>>(value);
}

}  // namespace

extern "C" {

RESPONSECODE IFDHCreateChannelByName(DWORD lun, LPSTR name) {
  const auto place = place_of(name);
  if (!place) return IFD_NO_SUCH_DEVICE;
  std::shared_ptr<Reader> reader = Reader::create(*place);
  if (!reader) return IFD_COMMUNICATION_ERROR;
  const std::scoped_lock lock(g_guard);
  g_readers[lun] = std::move(reader);
  return IFD_SUCCESS;
}

RESPONSECODE IFDHCreateChannel(DWORD, DWORD) {
  return IFD_NO_SUCH_DEVICE;
}

RESPONSECODE IFDHCloseChannel(DWORD lun) {
  const std::scoped_lock lock(g_guard);
  g_readers.erase(lun);
  return IFD_SUCCESS;
}

RESPONSECODE IFDHGetCapabilities(DWORD lun, DWORD tag, PDWORD length, PUCHAR value) {
  const auto number = [&](std::uint8_t n) { return hand_out(std::array{n}, length, value); };
  switch (tag) {
    case TAG_IFD_SIMULTANEOUS_ACCESS: return number(16);
    case TAG_IFD_THREAD_SAFE:
    case TAG_IFD_SLOTS_NUMBER: return number(1);
    case TAG_IFD_SLOT_THREAD_SAFE: return number(0);
    default: break;
  }
  const auto reader = reader_of(lun);
  if (!reader) return IFD_NO_SUCH_DEVICE;
  if (tag == TAG_IFD_ATR || tag == SCARD_ATTR_ATR_STRING) return hand_out(reader->atr(), length, value);
  if (tag == SCARD_ATTR_CHANNEL_ID)
    return hand_out(octets_of(static_cast<std::uint32_t>(reader->channel())), length, value);
  return IFD_ERROR_TAG;
}

RESPONSECODE IFDHSetCapabilities(DWORD, DWORD, DWORD, PUCHAR) {
  return IFD_NOT_SUPPORTED;
}

RESPONSECODE IFDHSetProtocolParameters(DWORD, DWORD, UCHAR, UCHAR, UCHAR, UCHAR) {
  return IFD_SUCCESS;
}

RESPONSECODE IFDHPowerICC(DWORD lun, DWORD action, PUCHAR atr, PDWORD length) {
  const auto reader = reader_of(lun);
  if (!reader) return IFD_NO_SUCH_DEVICE;
  if (action == IFD_POWER_DOWN) {
    *length = 0;
    reader->power_down();
    return IFD_SUCCESS;
  }
  if (action != IFD_POWER_UP && action != IFD_RESET) return IFD_NOT_SUPPORTED;
  if (!reader->power_up(action == IFD_RESET ? Signal::Reset : Signal::PowerOn)) {
    *length = 0;
    return IFD_ERROR_POWER_ACTION;
  }
  return hand_out(reader->atr(), length, atr);
}

RESPONSECODE IFDHTransmitToICC(DWORD lun, SCARD_IO_HEADER, PUCHAR txbuffer, DWORD txlength, PUCHAR rxbuffer,
                               PDWORD rxlength, PSCARD_IO_HEADER) {
  const auto reader = reader_of(lun);
  if (!reader) return IFD_NO_SUCH_DEVICE;
  const auto got = reader->transmit(std::span(txbuffer, txlength));
  if (!got) {
    *rxlength = 0;
    return IFD_COMMUNICATION_ERROR;
  }
  return hand_out(*got, rxlength, rxbuffer);
}

RESPONSECODE IFDHControl(DWORD, DWORD code, PUCHAR, DWORD, PUCHAR, DWORD, LPDWORD returned) {
  *returned = 0;
  // Whoever asks for special features hears that there are none.
  return code == CM_IOCTL_GET_FEATURE_REQUEST ? IFD_SUCCESS : IFD_ERROR_NOT_SUPPORTED;
}

RESPONSECODE IFDHICCPresence(DWORD lun) {
  const auto reader = reader_of(lun);
  if (!reader) return IFD_NO_SUCH_DEVICE;
  return reader->card_present() ? IFD_ICC_PRESENT : IFD_ICC_NOT_PRESENT;
}

}  // extern "C"
