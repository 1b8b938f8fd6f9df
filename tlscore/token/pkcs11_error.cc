// Which return value is which kind of error.
#include "tlscore/token/pkcs11_error.h"

#include <p11-kit/p11-kit.h>

#include <array>
#include <charconv>
#include <string>
#include <utility>

namespace tlscore::token {
namespace {

ErrorKind kind_of(CK_RV rv) {
  switch (rv) {
    case CKR_DEVICE_REMOVED:
    case CKR_TOKEN_NOT_PRESENT:
    case CKR_SESSION_HANDLE_INVALID:
    case CKR_SESSION_CLOSED:
    case CKR_SLOT_ID_INVALID: return ErrorKind::TokenRemoved;
    case CKR_PIN_INCORRECT:
    case CKR_PIN_INVALID:
    case CKR_PIN_LEN_RANGE: return ErrorKind::WrongPin;
    case CKR_PIN_LOCKED:
    case CKR_PIN_EXPIRED:
    case CKR_USER_PIN_NOT_INITIALIZED:
    case CKR_FUNCTION_REJECTED:
    case CKR_KEY_FUNCTION_NOT_PERMITTED: return ErrorKind::Refused;
    case CKR_USER_NOT_LOGGED_IN: return ErrorKind::Disarmed;
    case CKR_FUNCTION_CANCELED: return ErrorKind::Cancelled;
    case CKR_MECHANISM_INVALID:
    case CKR_MECHANISM_PARAM_INVALID:
    case CKR_FUNCTION_NOT_SUPPORTED: return ErrorKind::Unsupported;
    default: return ErrorKind::Internal;
  }
}

/// Sentences for what a user can do something about; null where the library's own words must do.
const char* sentence(CK_RV rv) {
  switch (rv) {
    case CKR_DEVICE_REMOVED:
    case CKR_TOKEN_NOT_PRESENT:
    case CKR_SLOT_ID_INVALID: return "the token was removed";
    case CKR_SESSION_HANDLE_INVALID:
    case CKR_SESSION_CLOSED: return "the token was removed or reset";
    case CKR_PIN_INCORRECT: return "the PIN is wrong";
    case CKR_PIN_INVALID:
    case CKR_PIN_LEN_RANGE:
      return "the PIN is too short, too long, or has characters that this token does not know";
    case CKR_PIN_LOCKED: return "the PIN is locked; unblock it with the token's own tools";
    case CKR_PIN_EXPIRED: return "the PIN has expired; change it with the token's own tools";
    case CKR_USER_PIN_NOT_INITIALIZED:
      return "the token has no user PIN yet; set one with the token's own tools";
    case CKR_USER_NOT_LOGGED_IN: return "the token wants its PIN first";
    case CKR_DEVICE_ERROR:
      return "the token or its reader failed; another program (scdaemon?) may be holding it";
    default: return nullptr;
  }
}

/// As PKCS#11's headers write it: "0x30", "0x80000001".
std::string in_hexadecimal(CK_RV rv) {
  std::array<char, 2 * sizeof rv> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), rv, 16).ptr;
  return "0x" + std::string(digits.data(), end);
}

}  // namespace

Error pkcs11_error(std::string_view operation, CK_RV rv) {
  const char* words = sentence(rv);
  if (words == nullptr) words = ::p11_kit_strerror(rv);
  std::string text = words;
  text += " (";
  text += operation;
  text += " answered " + in_hexadecimal(rv) + ")";
  return {kind_of(rv), std::move(text)};
}

Result<void> check_pkcs11(std::string_view operation, CK_RV rv) {
  if (rv != CKR_OK) return fail(pkcs11_error(operation, rv));
  return {};
}

}  // namespace tlscore::token
