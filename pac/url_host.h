// The host of a URL, as the engines of PAC scripts hand it to the script.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tlscore/base/result.h"

namespace pac {

/// An IPv6 address in the spelling that browsers give it: the WHATWG URL Standard's, which knows no dotted
/// decimal
/// (`::ffff:c000:201`). std::nullopt where `text`, without brackets, is none.
[[nodiscard]] std::optional<std::string> browser_ipv6(std::string_view text);

/// The host of an absolute URL (RFC 3986, section 3.2.2), in lower case, without brackets and without the
/// dots at its end, IPv6 addresses as above. Userinfo and port are dropped.
///
/// Fails with Malformed as answer_for does (pac_script.h).
[[nodiscard]] tlscore::Result<std::string> url_host(std::string_view url);

}  // namespace pac
