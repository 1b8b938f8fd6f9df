// DER's tag, length, value.
#include "tlscore/x509/der.h"

#include <cassert>

#include "tlscore/base/byte_reader.h"

namespace tlscore::x509 {
namespace {

constexpr std::uint8_t kLongTag = 0x1f;
constexpr std::uint8_t kLongLength = 0x80;

/// A definite length in its shortest form (X.690, section 10.1); four octets are more than we ever hold.
std::optional<std::size_t> read_length(ByteReader& reader) {
  const auto first = reader.u8();
  if (!first) return std::nullopt;
  if (*first < kLongLength) return *first;
  const std::size_t count = *first & 0x7fU;
  if (count == 0 || count > 4) return std::nullopt;
  const auto octets = reader.bytes(count);
  if (!octets || octets->front() == 0) return std::nullopt;
  std::size_t length = 0;
  for (const std::uint8_t octet : *octets) length = length << 8U | octet;
  if (length < kLongLength) return std::nullopt;
  return length;
}

}  // namespace

std::optional<DerElement> DerReader::next() {
  ByteReader reader(m_rest);
  const auto tag = reader.u8();
  if (!tag || (*tag & kLongTag) == kLongTag) return std::nullopt;
  const auto length = read_length(reader);
  if (!length) return std::nullopt;
  const auto contents = reader.bytes(*length);
  if (!contents) return std::nullopt;
  const DerElement element{*tag, *contents, m_rest.first(m_rest.size() - reader.left())};
  m_rest = reader.rest();
  return element;
}

std::optional<ByteView> DerReader::next(std::uint8_t tag) {
  if (m_rest.empty() || m_rest.front() != tag) return std::nullopt;
  const auto element = next();
  if (!element) return std::nullopt;
  return element->contents;
}

Bytes der(std::uint8_t tag, ByteView contents) {
  ByteWriter element;
  element.u8(tag);
  const std::size_t size = contents.size();
  assert(size <= 0xffffff);
  if (size < kLongLength) {
    element.u8(static_cast<std::uint8_t>(size));
  } else if (size <= 0xff) {
    element.u8(kLongLength | 1U);
    element.u8(static_cast<std::uint8_t>(size));
  } else if (size <= 0xffff) {
    element.u8(kLongLength | 2U);
    element.u16(static_cast<std::uint16_t>(size));
  } else {
    element.u8(kLongLength | 3U);
    element.u24(static_cast<std::uint32_t>(size));
  }
  element.bytes(contents);
  return element.take();
}

Bytes der(std::uint8_t tag, std::initializer_list<ByteView> parts) {
  Bytes contents;
  for (const ByteView part : parts) contents.insert(contents.end(), part.begin(), part.end());
  return der(tag, contents);
}

Bytes der_integer(ByteView magnitude) {
  while (magnitude.size() > 1 && magnitude.front() == 0) magnitude = magnitude.subspan(1);
  Bytes value(magnitude.begin(), magnitude.end());
  if (value.empty() || (value.front() & 0x80U) != 0) value.insert(value.begin(), 0);
  return der(kDerInteger, value);
}

Bytes der_bit_string(ByteView octets) {
  constexpr std::uint8_t kNoUnusedBits[] = {0};
  return der(kDerBitString, {kNoUnusedBits, octets});
}

}  // namespace tlscore::x509
