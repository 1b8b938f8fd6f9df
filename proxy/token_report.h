// Tokens and keys, as `latchkey token list` shows them.
#pragma once

#include <string>
#include <vector>

#include "tlscore/base/result.h"
#include "tlscore/token/key_info.h"
#include "tlscore/token/token_info.h"

namespace proxy {

/// A token and what could be read of it without its PIN.
struct TokenListing {
  tlscore::token::TokenInfo token;
  tlscore::Result<std::vector<tlscore::token::KeyInfo>> keys;
};

/// For people. `certificate_folder` is where self-signed certificates are kept (own_certificate.h).
[[nodiscard]] std::string tokens_as_text(const std::vector<TokenListing>& tokens,
                                         const std::string& certificate_folder);

/// For programs: {"tokens": [{"label", "serial", "manufacturer", "model", "reader", "uri", "hardware",
/// "initialized", "pin_tries", "pin_pad", "error", "keys": [{"id", "label", "type", "fingerprint", "uri",
/// "schemes", "always_authenticate", "certificate"}]}]}; "certificate" is null or {"subject", "not_after",
/// "sha256", "on_token"}; "error" is null or why the keys cannot be listed.
[[nodiscard]] std::string tokens_as_json(const std::vector<TokenListing>& tokens,
                                         const std::string& certificate_folder);

}  // namespace proxy
