// Turns a PKCS#11 return value into an Error: the one place that knows what each of them means to a user.
#pragma once

#include <p11-kit/pkcs11.h>

#include <string_view>

#include "tlscore/base/result.h"

namespace tlscore::token {

/// The Error for `rv`, which must not be CKR_OK. `operation` is the function that answered, e.g. "C_Sign".
///
///   token or session gone (device removed, token not present, session handle invalid) -> TokenRemoved
///   wrong PIN, in every form of it                                                     -> WrongPin
///   PIN locked or expired, function refused                                            -> Refused
///   not logged in                                                                      -> Disarmed
///   the user pressed "cancel" on the reader                                            -> Cancelled
///   mechanism, function or curve unknown                                               -> Unsupported
///   anything else                                                                      -> Internal
[[nodiscard]] Error pkcs11_error(std::string_view operation, CK_RV rv);

/// Nothing for CKR_OK, else the Error above.
[[nodiscard]] Result<void> check_pkcs11(std::string_view operation, CK_RV rv);

}  // namespace tlscore::token
