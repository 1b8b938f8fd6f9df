// Tells the daemon which tokens are plugged in, for as long as it lives: by udev, by PC/SC, or by both.
#pragma once

#include <functional>
#include <memory>

#include "proxy/config.h"
#include "proxy/token_places.h"
#include "udev/token_watcher.h"

namespace proxy {

/// On the loop's thread. Reports from the loop, and never from in here.
class TokenWatch {
 public:
  struct Callbacks {
    std::function<void(const TokenPlace&)> came;
    std::function<void(const TokenPlace&, const std::string& why)> left;
    std::function<void(const TokenPlace&)> held;      ///< Another program has taken it for itself alone.
    std::function<void(const TokenPlace&)> released;  ///< By the program that had it for itself.
    std::function<void()> looked;  ///< After each look: why_none() may tell something else.
  };

  /// For a module of the machine's: the software token needs no watching. Fails as udev::TokenWatcher::start
  /// does.
  static tlscore::Result<std::unique_ptr<TokenWatch>> start(tlscore::EventLoop& loop,
                                                            const TokenConfig& config, Callbacks callbacks);
  TokenWatch(const TokenWatch&) = delete;
  TokenWatch& operator=(const TokenWatch&) = delete;

  [[nodiscard]] const TokenPlaces& places() const { return m_places; }

 private:
  TokenWatch(tlscore::EventLoop& loop, TokenSource source, Callbacks callbacks)
      : m_loop(loop), m_places(source), m_callbacks(std::move(callbacks)) {}
  void report(const TokenPlaces::Changes& changes);
  void look_for_holders();

  tlscore::EventLoop& m_loop;
  TokenPlaces m_places;
  Callbacks m_callbacks;
  std::unique_ptr<udev::TokenWatcher> m_usb;
  std::unique_ptr<tlscore::token::CardReaderWatcher> m_readers;
  std::unique_ptr<tlscore::Timer> m_next_look;  ///< For who holds a reader that pcscd does not see.
  std::string m_told_of;                        ///< What the log has of that.
};

/// Where tokens of this configuration are looked for. A PKCS#11 module other than OpenSC may not use PC/SC at
/// all, and udev alone speaks for it; `device = "none"` says that udev does not know the token.
[[nodiscard]] TokenSource token_source(const TokenConfig& config);

}  // namespace proxy
