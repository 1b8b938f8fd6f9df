// The proxy auto-configuration script: which hosts a browser sends to Latchkey, and which it leaves alone.
//
// The script decides on the host alone, whatever the scheme, port or path, and asks no DNS. It fails closed:
// for a party it names the proxy and no DIRECT beside it, so that a proxy that is down is an error and not a
// way around. It is written in ECMAScript 3, for old engines too.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "tlscore/base/result.h"

namespace pac {

/// One host that is sent to the proxy, in the spelling of the configuration once it is read: an exact name in
/// lower case without a trailing dot, `*.` and a suffix of which every name below is meant, or an address as
/// inet_ntop writes it.
struct PacRule {
  std::string host;
};

/// The script. `proxy_address` is `ADDRESS:PORT` of the proxy (`127.0.0.1:6091`, `[::1]:6091`).
///
/// Its size is that of the hosts with two octets each, and at most 1 KiB; a look-up takes as many steps as
/// the asked name has labels, however many rules there are.
///
/// Fails with Malformed where a host holds anything but a to z, 0 to 9, `.`, `-`, `_`, `:` and a leading
/// `*.`, or the proxy's address is none: nothing else gets into the script.
[[nodiscard]] tlscore::Result<std::string> make_pac(std::span<const PacRule> rules,
                                                    std::string_view proxy_address);

/// What that script answers for `url`: `PROXY ADDRESS:PORT` or `DIRECT`.
///
/// Fails with Malformed where make_pac does, and where programs differ in which host a URL means, so that
/// there is no one answer: without scheme or host, with a backslash, blank, control character or percent sign
/// before the path, with a host that is not ASCII, and with numbers that are an address to some (`127.1`).
[[nodiscard]] tlscore::Result<std::string> answer_for(std::span<const PacRule> rules,
                                                      std::string_view proxy_address, std::string_view url);

}  // namespace pac
