// The variables by which programs find a proxy, and how shells want them written.
//
// `http_proxy` is set in lower case only: a CGI program sees a request's `Proxy:` header as HTTP_PROXY, so
// curl and others do not believe that one. `https_proxy` goes both ways, because programs differ. `all_proxy`
// is left alone: what it covers beyond these two is nothing that Latchkey would let through. Programs that
// speak TLS to a party see a leaf of its local CA, so they are told of a file that holds the system's CAs and
// those.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "proxy/command_line.h"

namespace proxy {

/// Name and value, for the proxy at `address` ("127.0.0.1:6091"). `credential` is "user:password" for
/// `latchkey exec`, else empty. Git would wait to be asked for it (407), and a browser that was asked would
/// ask its user: so git is told to send it as all others do.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> proxy_variables(const std::string& address,
                                                                               const std::string& credential);

/// The variables by which programs find a file of CAs, in place of the system's.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> ca_variables(const std::string& bundle);

/// proxy_variables, and ca_variables for the configuration's parties; where their file cannot be written
/// `err` says why, and programs cannot use https:// with a party.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> program_variables(
    const std::string& address, const std::string& credential, std::ostream& err);

enum class Shell : std::uint8_t { Sh, Fish, Csh };

/// One assignment that exports, with its line end, whatever is in the value.
[[nodiscard]] std::string shell_assignment(Shell shell, const std::string& name, const std::string& value);

/// `latchkey env [--shell sh|fish|csh]`: prints the variables for the proxy that runs, else for the first
/// address of the configuration. Exit status 0, 2 usage or configuration.
int run_env(Arguments arguments, std::ostream& out, std::ostream& err);

}  // namespace proxy
