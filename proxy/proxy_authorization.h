// The credential in a request to a proxy (RFC 9110, section 11.7.2), in the Basic scheme (RFC 7617).
#pragma once

#include <optional>

#include "proxy/credential.h"
#include "proxy/http_message.h"

namespace proxy {

/// Nothing when there is none, or it is of another scheme, or broken: then it is as good as none.
[[nodiscard]] std::optional<Credential> proxy_authorization(const HttpRequest& request);

}  // namespace proxy
