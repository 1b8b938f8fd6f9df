// Two managers are asked, and folders are looked into.
#include "proxy/service_units.h"

#include <algorithm>
#include <array>
#include <filesystem>

namespace proxy {

namespace {

constexpr std::chrono::milliseconds kLimit{1000};

bool has_udev_rules() {
  constexpr auto kFolders =
      std::to_array<const char*>({"/etc/udev/rules.d", "/run/udev/rules.d", "/usr/local/lib/udev/rules.d",
                                  "/usr/lib/udev/rules.d", "/lib/udev/rules.d"});
  return std::ranges::any_of(kFolders, [](const char* folder) {
    std::error_code error;
    return std::filesystem::exists(std::string(folder) + "/70-latchkey.rules", error);
  });
}

}  // namespace

const udev::UnitState* ServiceUnits::find(const std::string& name) const {
  for (const States* states : {&user, &system}) {
    if (!*states) continue;
    const auto found = std::ranges::find(**states, name, &udev::UnitState::name);
    if (found != (*states)->end() && found->load != "not-found") return &*found;
  }
  return nullptr;
}

ServiceUnits look_at_service_units() {
  return {
      .user = udev::ask_unit_states(udev::UnitManager::User, {"latchkey.service", "latchkey.socket"}, kLimit),
      .system = udev::ask_unit_states(
          udev::UnitManager::System,
          {"latchkey-port.socket", "latchkey-dispatch.socket", "latchkey-dispatch.service"}, kLimit),
      .has_udev_rules = has_udev_rules()};
}

}  // namespace proxy
