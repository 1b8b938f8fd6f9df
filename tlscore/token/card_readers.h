// The smart card readers of this machine, as PC/SC (pcscd) sees them: which there are, and which hold a card.
//
// udev tells sooner that a reader is gone, but only PC/SC sees the card in it. No card is opened here.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tlscore/base/event_loop.h"
#include "tlscore/token/card_holder.h"

namespace tlscore::token {

/// A reader. Its name is foreign text, of at most 128 bytes: print it through printable().
struct CardReader {
  std::string name{};  ///< "Nitrokey Nitrokey Start (FSIJ-1.2.15-43211613) 00 00".
  std::uint8_t usb_bus =
      0;  ///< SCARD_ATTR_CHANNEL_ID; 0 where the reader does not tell, or is held by another.
  std::uint8_t usb_device = 0;
  std::uint16_t card_events = 0;  ///< Grows with every card that comes or goes.
  bool has_card = false;
  bool held = false;                  ///< A program has the card for itself alone.
  std::vector<CardHolder> holders{};  ///< Where it is held: who that may be.

  friend bool operator==(const CardReader&, const CardReader&) = default;
};

struct CardReaders {
  bool service = false;  ///< pcscd answers.
  std::vector<CardReader> readers{};

  friend bool operator==(const CardReaders&, const CardReaders&) = default;
};

/// Watches from its making to its end, on a thread of its own: libpcsclite waits, and cannot be asked not to.
/// What pcscd tells nobody (a program takes a card for itself alone, or lets go of it) is seen within a
/// second.
class CardReaderWatcher {
 public:
  /// Called on the loop's thread, never from in here: soon after the start, and with each change. While pcscd
  /// is not there, it is looked for once a second (connecting starts it where systemd holds its socket). The
  /// end of pcscd takes all readers away.
  using Callback = std::function<void(const CardReaders&)>;

  CardReaderWatcher(EventLoop& loop, Callback on_change);
  ~CardReaderWatcher();
  CardReaderWatcher(const CardReaderWatcher&) = delete;
  CardReaderWatcher& operator=(const CardReaderWatcher&) = delete;

  /// Has the places of the readers asked again, which are remembered by name: one that was pulled out and
  /// came back at another place between two looks has kept its name. What comes of it is reported within a
  /// second.
  void ask_places_again();

 private:
  class Thread;
  std::shared_ptr<Thread>
      m_thread;  ///< Shared with the thread itself: a pcscd that hangs keeps that for ever.
};

}  // namespace tlscore::token
