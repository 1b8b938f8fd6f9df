// What answers on the port may be any program.
#include "proxy/port_client.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static_cast<void>(proxy::parse_port_answer({reinterpret_cast<const char*>(data), size}));
  return 0;
}
