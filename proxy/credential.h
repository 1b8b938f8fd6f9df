// What a program shows to say that `latchkey exec` started it.
#pragma once

#include <string>

namespace proxy {

/// A user name and a password, as HTTP's Basic scheme (RFC 7617) and SOCKS5 (RFC 1929) carry them. Neither is
/// ever logged; compare the password with tlscore::equal_in_constant_time.
struct Credential {
  std::string user;
  std::string password;

  friend bool operator==(const Credential&, const Credential&) = default;
};

}  // namespace proxy
