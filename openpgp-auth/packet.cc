// Both formats of headers, and the numbers that keys and signatures are made of.
#include "openpgp-auth/packet.h"

#include <bit>

namespace openpgp_auth {

using tlscore::fail;

namespace {

/// The length of an old header, section 4.2.1. Nothing for an indeterminate one, and at the end of the input.
std::optional<std::uint32_t> old_length(ByteReader& reader, unsigned length_type) {
  switch (length_type) {
    case 0: return reader.u8();
    case 1: return reader.u16();
    case 2: return reader.u32();
    default: return std::nullopt;
  }
}

/// The length of a new header, section 4.2.2. Nothing for a partial one, and at the end of the input.
std::optional<std::uint32_t> new_length(ByteReader& reader) {
  const auto first = reader.u8();
  if (!first || *first < 192) return first;
  if (*first == 255) return reader.u32();
  if (*first >= 224) return std::nullopt;
  const auto second = reader.u8();
  if (!second) return std::nullopt;
  return ((*first - 192U) << 8U) + *second + 192U;
}

}  // namespace

Result<Packet> next_packet(ByteReader& reader) {
  const ByteView start = reader.rest();
  const auto header = reader.u8();
  if (!header || (*header & 0x80U) == 0) return fail(ErrorKind::Malformed, "no OpenPGP packet begins here");
  const bool is_new = (*header & 0x40U) != 0;
  const auto tag = static_cast<std::uint8_t>(is_new ? *header & 0x3fU : (*header >> 2U) & 0x0fU);
  if (tag == 0) return fail(ErrorKind::Malformed, "an OpenPGP packet of the reserved type 0");
  const auto length = is_new ? new_length(reader) : old_length(reader, *header & 0x03U);
  if (!length) return fail(ErrorKind::Malformed, "an OpenPGP packet without a definite length");
  const auto body = reader.bytes(*length);
  if (!body) return fail(ErrorKind::Malformed, "an OpenPGP packet that ends after its input");
  return Packet{tag, *body, start.first(start.size() - reader.left())};
}

std::optional<ByteView> next_mpi(ByteReader& reader, bool strict) {
  const auto bits = reader.u16();
  if (!bits) return std::nullopt;
  auto octets = reader.bytes((*bits + 7U) / 8U);
  if (!octets) return std::nullopt;
  if (strict && !octets->empty() &&
      std::bit_width(octets->front()) != static_cast<int>((*bits + 7U) % 8U) + 1) {
    return std::nullopt;
  }
  while (!octets->empty() && octets->front() == 0) octets = octets->subspan(1);
  return octets;
}

}  // namespace openpgp_auth
