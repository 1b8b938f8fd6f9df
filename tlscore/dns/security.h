// How far an answer of the DNS can be believed (RFC 4035, section 4.3).
#pragma once

#include <cstdint>
#include <string_view>

namespace tlscore::dns {

enum class Security : std::uint8_t {
  Secure,       ///< Signed all the way down from the root key; so is what it says is not there.
  Insecure,     ///< Proven to lie in a zone that is not signed.
  Bogus,        ///< Should be signed, and is not, or not rightly.
  Unreachable,  ///< No server gave an answer that could be judged.
};

/// "secure", "insecure", "bogus", "unreachable".
[[nodiscard]] constexpr std::string_view to_string(Security security) {
  switch (security) {
    case Security::Secure: return "secure";
    case Security::Insecure: return "insecure";
    case Security::Bogus: return "bogus";
    case Security::Unreachable: return "unreachable";
  }
  return "bogus";
}

}  // namespace tlscore::dns
