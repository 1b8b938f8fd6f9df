// Tokens and keys, as `latchkey token list` shows them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "openpgp-auth/own_certificate.h"
#include "tlscore/base/result.h"
#include "tlscore/token/card_holder.h"
#include "tlscore/token/key_info.h"
#include "tlscore/token/token_info.h"

namespace proxy {

/// A token and what could be read of it without its PIN.
struct TokenListing {
  tlscore::token::TokenInfo token;
  tlscore::Result<std::vector<tlscore::token::KeyInfo>> keys;
};

/// A token that cannot be opened, because another program has it for itself alone.
struct HeldToken {
  std::string reader;  ///< For people.
  std::vector<tlscore::token::CardHolder> holders;
};

/// What `token list` shows.
struct TokenListings {
  std::vector<TokenListing> tokens;
  std::vector<HeldToken> held;
  /// By a key's fingerprint: the user's OpenPGP certificate for it, or why there is none.
  std::map<std::string, tlscore::Result<openpgp_auth::OwnCertificate>> openpgp{};
};

/// For people. `certificate_folder` is where self-signed certificates are kept (own_certificate.h).
[[nodiscard]] std::string tokens_as_text(const TokenListings& listings,
                                         const std::string& certificate_folder);

/// For programs: {"tokens": [{"label", "serial", "manufacturer", "model", "reader", "uri", "hardware",
/// "initialized", "pin_tries", "pin_pad", "error", "keys": [{"id", "label", "type", "fingerprint", "uri",
/// "schemes", "always_authenticate", "certificate", "openpgp", "openpgp_problem"}]}]}; "certificate" is null
/// or {"subject", "not_after", "sha256", "on_token"}; "openpgp" is null, and "openpgp_problem" says why, or
/// {"fingerprint", "user_id", "expires"}, "expires" null for never; "error" is null or why the keys cannot be
/// listed. And "held": [{"reader", "held_by": [{"pid", "name"}], "reason"}].
[[nodiscard]] std::string tokens_as_json(const TokenListings& listings,
                                         const std::string& certificate_folder);

}  // namespace proxy
