// Chooses the listener that clients are told of.
#include "proxy/proxy_address.h"

#include <algorithm>

namespace proxy {

using tlscore::ErrorKind;
using tlscore::fail;

tlscore::Result<std::string> proxy_address(const Config& config) {
  const auto& all = config.listen.address;
  const auto listener =
      std::ranges::find_if(all, [](const ListenAddress& address) { return !address.is_unix; });
  if (listener == all.end()) {
    return fail(ErrorKind::NotFound, config.source +
                                         ": listen.address has a UNIX socket only; clients of a proxy need "
                                         "an address, as in 127.0.0.1:6091");
  }
  if (listener->port == 0) {
    return fail(ErrorKind::NotFound, config.source +
                                         ": listen.address leaves the port to the kernel; name one, or ask "
                                         "the running proxy for /proxy.pac");
  }
  return listener->text();
}

}  // namespace proxy
