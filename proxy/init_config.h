// The text that `latchkey init` writes into the configuration. Pure.
#pragma once

#include <string>
#include <string_view>

#include "tlscore/base/result.h"

namespace proxy {

/// What was chosen; empty members are not written, and so have their defaults.
struct FirstToken {
  std::string module;  ///< "auto", "soft", ...
  std::string device;  ///< The token's serial number, where several are in.
};

/// The beginning of a new file: who wrote it, and its [token] section.
[[nodiscard]] std::string first_configuration(const FirstToken& token);

/// A [[party]] section. `host` is what parse_host_pattern returns; `identity` "" means "auto".
[[nodiscard]] std::string party_section(std::string_view host, std::string_view identity);

/// `text` with `section` at its end, read as the file `file_name` would be. Fails as parse_config does: a
/// party that is there already, for one.
[[nodiscard]] tlscore::Result<std::string> with_section(std::string text, std::string_view section,
                                                        std::string_view file_name);

}  // namespace proxy
