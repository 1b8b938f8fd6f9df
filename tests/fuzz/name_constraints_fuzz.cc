// Name constraints and the names they are applied to: first an octet with the length of the constraints.
#include "tests/fuzz/require.h"
#include "tlscore/base/byte_reader.h"
#include "tlscore/x509/name_constraints.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tlscore;
  ByteReader reader({data, size});
  const auto length = reader.u8();
  const auto extension = length ? reader.bytes(*length) : std::nullopt;
  if (!extension) return 0;
  const auto constraints = x509::parse_name_constraints(*extension);
  const auto names = x509::parse_general_names(reader.rest());
  if (!constraints || !names) return 0;
  constexpr std::uint8_t kEmptyName[] = {0x30, 0x00};
  auto permitted_only = *constraints;
  permitted_only.excluded.clear();
  // What passes all constraints passes a part of them.
  if (check_name_constraints(*constraints, kEmptyName, *names)) {
    fuzz::require(check_name_constraints(permitted_only, kEmptyName, *names).has_value());
  }
  return 0;
}
