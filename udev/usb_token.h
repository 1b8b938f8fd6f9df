// What udev knows of a USB device that reads smart cards, and which such devices are plugged in.
//
// Pure: no libudev here. token_watcher.h brings the facts.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace udev {

/// A token or card reader. Texts are udev's, of at most 255 bytes, and unsafe to print as they are.
struct UsbToken {
  std::string syspath{};         ///< "/sys/devices/...": its place on the bus, the same after a new plug.
  std::uint16_t bus = 0;         ///< BUSNUM.
  std::uint16_t device = 0;      ///< DEVNUM: another one after each plug.
  std::uint16_t vendor_id = 0;   ///< From PRODUCT, e.g. 0x20a0.
  std::uint16_t product_id = 0;  ///< From PRODUCT.
  std::string vendor{};          ///< ID_VENDOR, e.g. "Nitrokey". May be empty, as the next two.
  std::string model{};           ///< ID_MODEL, e.g. "Nitrokey_Start".
  std::string serial{};          ///< ID_SERIAL_SHORT.

  friend bool operator==(const UsbToken&, const UsbToken&) = default;
};

/// Gives a property of a device, as udev_device_get_property_value does. The text stays until the next call.
using PropertyLookup = std::function<std::optional<std::string_view>(const char* name)>;

/// The token with these properties: SUBSYSTEM=usb, DEVTYPE=usb_device, and ID_SMARTCARD_READER not empty.
/// Nothing when it is another device. A number that cannot be read is 0.
[[nodiscard]] std::optional<UsbToken> read_usb_token(std::string_view syspath,
                                                     const PropertyLookup& property);

/// For people: "Nitrokey Start (20a0:4211, serial FSIJ-1.2.15)", made safe to print.
[[nodiscard]] std::string describe(const UsbToken& token);

/// The tokens that are in, and what becomes of them with each report.
class PluggedTokens {
 public:
  /// More than these are not noticed.
  static constexpr std::size_t kMaxTokens = 64;

  /// What a report changed. A token that is in both was pulled and plugged in again unseen.
  struct Changes {
    std::vector<UsbToken> removed{};
    std::vector<UsbToken> added{};
  };

  /// udev has told of a token that is there, in whichever event. Nothing changes when it is known; another
  /// device number on its syspath is another plug, whose removal was missed.
  Changes present(UsbToken token);
  /// udev has told that what was there is gone.
  Changes gone(std::string_view syspath);
  /// These are all that there are: after events were lost.
  Changes all(const std::vector<UsbToken>& tokens);

  [[nodiscard]] const std::vector<UsbToken>& tokens() const { return m_tokens; }

 private:
  std::vector<UsbToken> m_tokens;
};

}  // namespace udev
