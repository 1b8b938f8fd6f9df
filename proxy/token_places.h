// Where tokens are plugged in: what udev says of USB devices and PC/SC of readers, put together.
//
// Pure: the watchers bring the facts (token_watch.h).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tlscore/token/card_readers.h"
#include "udev/usb_token.h"

namespace proxy {

/// One token that is in. It is another place after each plug, also of the same token at the same port.
struct TokenPlace {
  std::string key{};     ///< Names this plug.
  std::string reader{};  ///< The reader's PC/SC name; empty: the module finds its token by itself.
  std::string text{};    ///< For people.
  bool held = false;     ///< Another program had the token for itself alone when it was last looked at.
  std::vector<tlscore::token::CardHolder> holders{};  ///< Which one that may be.
};

/// Whom to believe.
enum class TokenSource : std::uint8_t {
  Usb,      ///< USB tokens, all as one place: a module that is not PC/SC's does not tell which of them it has
            ///< opened. So each one that leaves may be it, and one that comes changes nothing.
  Readers,  ///< Each reader that holds a card: there is no USB device, or it is not to be looked for.
  Both,     ///< Each USB token whose reader, as PC/SC sees it, holds a card.
};

class TokenPlaces {
 public:
  struct Left {
    TokenPlace place;
    std::string why;  ///< "the token was pulled out", "the card was pulled out of its reader", ...
  };
  struct Changes {
    std::vector<Left> left{};
    std::vector<TokenPlace> came{};
    std::vector<TokenPlace> held{};      ///< Another program has taken them for itself alone.
    std::vector<TokenPlace> released{};  ///< No other program holds them any more.
  };

  explicit TokenPlaces(TokenSource source) : m_source(source) {}

  Changes see_usb(std::vector<udev::UsbToken> tokens);
  Changes see_readers(tlscore::token::CardReaders readers);

  [[nodiscard]] const std::vector<TokenPlace>& in() const { return m_in; }
  /// Why there is none, for people: "pcscd does not answer", "there is no card in the reader X"; empty where
  /// there is no reader either.
  [[nodiscard]] std::string why_none() const;

  /// The USB reader that pcscd should see and does not; null when there is none.
  [[nodiscard]] const udev::UsbToken* unseen_reader() const;
  /// Who has that one open, past pcscd, once pcscd has had the time to find it. Nothing: it may still do so.
  void see_holders_of_unseen(std::optional<std::vector<tlscore::token::CardHolder>> holders);

 private:
  using Reader = tlscore::token::CardReader;

  [[nodiscard]] std::vector<TokenPlace> current() const;
  [[nodiscard]] const Reader* reader_of(const udev::UsbToken& token) const;
  [[nodiscard]] std::string why_left(const TokenPlace& place) const;
  Changes update();

  TokenSource m_source;
  std::vector<udev::UsbToken> m_usb;
  std::uint64_t m_usb_removals = 0;
  tlscore::token::CardReaders m_readers;
  std::optional<std::vector<tlscore::token::CardHolder>> m_holders_of_unseen;
  std::vector<TokenPlace> m_in;
};

}  // namespace proxy
