// Any texts in place of a USB device's properties: "NAME=value" lines.
#include <algorithm>
#include <cstdlib>
#include <map>

#include "tlscore/base/bytes.h"
#include "udev/usb_token.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::map<std::string, std::string, std::less<>> properties = {
      {"SUBSYSTEM", "usb"}, {"DEVTYPE", "usb_device"}, {"ID_SMARTCARD_READER", "1"}};
  std::string_view rest = tlscore::as_text({data, size});
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
    const std::size_t equals = line.find('=');
    if (equals != std::string_view::npos)
      properties[std::string(line.substr(0, equals))] = line.substr(equals + 1);
  }
  const auto token = udev::read_usb_token("/sys/x", [&](const char* name) -> std::optional<std::string_view> {
    const auto found = properties.find(name);
    if (found == properties.end()) return std::nullopt;
    return found->second;
  });
  if (!token) return 0;
  for (const char c : udev::describe(*token)) {
    if (c >= 0 && c < ' ') std::abort();  // it is printed as it is
  }
  udev::PluggedTokens plugged;
  if (plugged.present(*token).added.size() != 1 || !plugged.present(*token).added.empty()) std::abort();
  return 0;
}
