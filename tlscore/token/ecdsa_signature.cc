// Two INTEGERs in a SEQUENCE.
#include "tlscore/token/ecdsa_signature.h"

#include <algorithm>

#include "tlscore/base/byte_reader.h"

namespace tlscore::token {
namespace {

constexpr std::size_t kMaxCoordinateBytes = 48;  // P-384; so that every length fits in one octet

constexpr std::uint8_t kTagInteger = 0x02;
constexpr std::uint8_t kTagSequence = 0x30;

ByteView without_leading_zeros(ByteView number) {
  const auto first = std::ranges::find_if(number, [](std::uint8_t octet) { return octet != 0; });
  return {first, number.end()};
}

void write_integer(ByteWriter& out, ByteView number) {
  const bool would_be_negative = (number.front() & 0x80U) != 0;
  out.u8(kTagInteger);
  out.u8(static_cast<std::uint8_t>(number.size() + (would_be_negative ? 1 : 0)));
  if (would_be_negative) out.u8(0);
  out.bytes(number);
}

}  // namespace

Result<Bytes> ecdsa_signature_to_der(ByteView raw, std::size_t coordinate_bytes) {
  if (coordinate_bytes > kMaxCoordinateBytes || raw.size() != 2 * coordinate_bytes) {
    return fail(ErrorKind::Malformed, "the token's ECDSA signature has the wrong length for its curve");
  }
  const ByteView r = without_leading_zeros(raw.first(coordinate_bytes));
  const ByteView s = without_leading_zeros(raw.subspan(coordinate_bytes));
  if (r.empty() || s.empty())
    return fail(ErrorKind::Malformed, "the token's ECDSA signature has a zero in it");
  ByteWriter integers;
  write_integer(integers, r);
  write_integer(integers, s);
  ByteWriter sequence;
  sequence.u8(kTagSequence);
  sequence.u8(static_cast<std::uint8_t>(integers.view().size()));
  sequence.bytes(integers.view());
  return sequence.take();
}

}  // namespace tlscore::token
