// What a token says about itself. Plain data: it crosses from the signer process to the proxy.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tlscore::token {

/// How many wrong PINs the token still forgives, as far as PKCS#11 lets a module tell
/// (CKF_USER_PIN_COUNT_LOW, CKF_USER_PIN_FINAL_TRY, CKF_USER_PIN_LOCKED).
enum class PinTries : std::uint8_t {
  Enough = 0,  ///< The token reports no shortage, or never reports any.
  Few = 1,     ///< A wrong PIN was entered since the last right one.
  One = 2,     ///< The next wrong PIN locks the token.
  None = 3,    ///< Locked: only the token's own tools (PUK, reset code) can open it again.
};

/// For sentences such as "wrong PIN, one try left".
[[nodiscard]] constexpr std::string_view describe(PinTries tries) {
  switch (tries) {
    case PinTries::Enough: return "the token does not say how many tries are left";
    case PinTries::Few: return "few tries are left";
    case PinTries::One: return "one try is left";
    case PinTries::None: return "the PIN is locked";
  }
  return "the token does not say how many tries are left";
}

/// One token in one slot. Text fields have lost their padding; they are the token's own words, so they may
/// hold anything, control characters included: escape them before a terminal sees them.
struct TokenInfo {
  std::uint64_t slot = 0;    ///< Valid for the life of the signer that reported it.
  std::string label;         ///< At most 32 octets.
  std::string manufacturer;  ///< At most 32 octets.
  std::string model;         ///< At most 16 octets.
  std::string serial;        ///< At most 16 octets.
  std::string reader;        ///< The slot's description, at most 64 octets: often the reader's name.
  std::string uri;           ///< RFC 7512, names this token and nothing on it.
  PinTries pin_tries = PinTries::Enough;
  bool hardware = false;        ///< CKF_HW_SLOT. Not set: keys in a file, which protect nobody.
  bool initialized = false;     ///< CKF_TOKEN_INITIALIZED
  bool login_required = false;  ///< CKF_LOGIN_REQUIRED
  bool pin_pad = false;         ///< CKF_PROTECTED_AUTHENTICATION_PATH: the PIN is typed on the reader.

  friend bool operator==(const TokenInfo&, const TokenInfo&) = default;
};

}  // namespace tlscore::token
