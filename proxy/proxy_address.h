// Where clients find the proxy, from the configuration alone.
#pragma once

#include <string>

#include "proxy/config.h"
#include "tlscore/base/result.h"

namespace proxy {

/// `ADDRESS:PORT` of the first listener that is no UNIX socket. Fails with NotFound where there is none, or
/// where its port is 0: only the running daemon knows what the kernel chose.
[[nodiscard]] tlscore::Result<std::string> proxy_address(const Config& config);

}  // namespace proxy
