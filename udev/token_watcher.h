// Tells when a USB token is plugged in and when it is pulled out, by udev's events.
//
// udev sees the reader, not the card in it, and sends nothing on suspend: see README.md.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tlscore/base/descriptor_watch.h"
#include "tlscore/base/event_loop.h"
#include "udev/usb_token.h"

struct udev_device;  // libudev's

namespace udev {

/// Reports from start() until it is destroyed. On the loop's thread.
class TokenWatcher {
 public:
  /// May do anything but destroy the watcher.
  using Callback = std::function<void(const UsbToken&)>;

  /// Watches for the tokens with that serial number (ID_SERIAL_SHORT), or for all of them when it is empty.
  ///
  /// `on_added` is called, from the loop and never from in here, once for each token that is in now and once
  /// for each later plug; `on_removed` once for each that left. A change or a second "add" of a known token
  /// is neither. When events are lost, all devices are listed again and the difference is reported.
  ///
  /// Where no udevd runs, there are no tokens. Fails with Internal when the system has no udev events at all.
  static tlscore::Result<std::unique_ptr<TokenWatcher>> start(tlscore::EventLoop& loop, std::string serial,
                                                              Callback on_added, Callback on_removed);
  ~TokenWatcher();
  TokenWatcher(const TokenWatcher&) = delete;
  TokenWatcher& operator=(const TokenWatcher&) = delete;

  /// Those that are in: `on_added` was told of them, and `on_removed` not yet. While `on_removed` runs, the
  /// token that it is told of is none of them.
  [[nodiscard]] const std::vector<UsbToken>& tokens() const { return m_told; }

 private:
  struct Libudev;  // what libudev made

  TokenWatcher(std::string serial, Callback on_added, Callback on_removed);
  tlscore::Result<void> set_up(tlscore::EventLoop& loop);
  void receive();
  void take(udev_device* event);
  void look_at_all();
  void report(const PluggedTokens::Changes& changes);
  [[nodiscard]] bool is_wanted(const UsbToken& token) const;

  std::string m_serial;
  Callback m_on_added;
  Callback m_on_removed;
  PluggedTokens m_plugged;
  std::vector<UsbToken> m_told;
  std::unique_ptr<Libudev> m_libudev;
  std::unique_ptr<tlscore::DescriptorWatch> m_watch;
  std::unique_ptr<tlscore::Timer> m_first_look;
};

}  // namespace udev
