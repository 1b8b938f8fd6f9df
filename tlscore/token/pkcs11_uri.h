// RFC 7512 URIs, by way of p11-kit: naming a token or a key, and asking whether a URI names one.
//
// Pure text and matching: no module is loaded here, so the proxy may use it too.
#pragma once

#include <string>
#include <string_view>

#include "tlscore/base/bytes.h"
#include "tlscore/base/result.h"

namespace tlscore::token {

/// True when the text is meant as a PKCS#11 URI: it begins with "pkcs11:", in any case.
[[nodiscard]] bool is_pkcs11_uri(std::string_view text);

/// What a token's URI is made of; see TokenInfo.
struct TokenName {
  std::string_view label, manufacturer, model, serial;
};

/// The URI of a token.
[[nodiscard]] std::string make_token_uri(const TokenName& token);
/// The URI of a private key on a token.
[[nodiscard]] std::string make_key_uri(const TokenName& token, ByteView id, std::string_view label);

/// Whether `pattern`, which a user wrote, names the token or key whose own URI is `uri`. What the pattern
/// leaves out matches anything; its `type` is not looked at, so that a certificate's URI finds its key.
/// Fails with Malformed for a pattern that is no URI, that has attributes p11-kit does not know (they could
/// match nothing, RFC 7512 section 2.5), or that carries a PIN, which has no business in a configuration.
[[nodiscard]] Result<bool> uri_names(std::string_view pattern, std::string_view uri);

}  // namespace tlscore::token
