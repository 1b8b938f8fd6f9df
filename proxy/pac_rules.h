// The PAC script of the current settings.
#pragma once

#include <string>

#include "proxy/services.h"

namespace proxy {

[[nodiscard]] std::string pac_script(const Services& services);

}  // namespace proxy
