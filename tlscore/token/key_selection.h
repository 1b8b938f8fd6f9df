// Which of a token's keys is meant.
//
// Pure: works on what the signer reported, so the proxy and the commands use it too.
#pragma once

#include <span>
#include <string_view>

#include "tlscore/token/key_info.h"
#include "tlscore/token/token_info.h"

namespace tlscore::token {

/// The one key that `selection` means:
///   a "pkcs11:" URI (RFC 7512; its `type` is not looked at);
///   the SHA-256 of the SubjectPublicKeyInfo in 64 hexadecimal digits;
///   a label;
///   "auto" or nothing: the one key with a certificate that is fit for a TLS client, else key id 03 of an
///   OpenPGP card (its authentication key), else the only key. The key of the URI `not_by_itself`, if that is
///   not empty, is none of them: it has another use.
/// Fails with NotFound when no key fits, with Refused and a list when several do, and with Malformed for a
/// broken URI. The pointer is into `keys`.
[[nodiscard]] Result<const KeyInfo*> select_key(std::span<const KeyInfo> keys, const TokenInfo& token,
                                                std::string_view selection,
                                                std::string_view not_by_itself = {});

}  // namespace tlscore::token
