// The half of making a software token that needs the module. Signer process only; soft_token.h is the other.
#pragma once

#include "tlscore/base/result.h"
#include "tlscore/token/pkcs11_module.h"
#include "tlscore/token/signer_messages.h"

namespace tlscore::token {

/// Writes a random PIN to `request.pin_file` (made here, mode 0600), initialises the first empty token of
/// `module` with it, and makes each of `request.keys` there, with the ids 01, 02, ... and the token's label.
///
/// Fails with NotFound when there is no empty token, Internal when the PIN file exists or cannot be written,
/// else as pkcs11_error says; a token may be half-made then.
[[nodiscard]] Result<void> make_soft_token_here(const Pkcs11Module& module, const MakeSoftToken& request);

}  // namespace tlscore::token
