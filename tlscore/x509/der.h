// DER (X.690), as far as certificates need it: a bounded reader for what mbedTLS does not read, and a writer.
//
// Not a general ASN.1 library: tags are one octet, and values are for the caller to understand.
#pragma once

#include <initializer_list>
#include <optional>

#include "tlscore/base/bytes.h"

namespace tlscore::x509 {

/// Tags that are used here; context-specific ones are written out as 0x80 or 0xa0 plus their number.
enum DerTag : std::uint8_t {
  kDerBoolean = 0x01,
  kDerInteger = 0x02,
  kDerBitString = 0x03,
  kDerOctetString = 0x04,
  kDerNull = 0x05,
  kDerOid = 0x06,
  kDerUtf8String = 0x0c,
  kDerPrintableString = 0x13,
  kDerT61String = 0x14,
  kDerIa5String = 0x16,
  kDerUtcTime = 0x17,
  kDerGeneralizedTime = 0x18,
  kDerUniversalString = 0x1c,
  kDerBmpString = 0x1e,
  kDerSequence = 0x30,
  kDerSet = 0x31,
};

/// One tag, length and value. Borrows from what was read.
struct DerElement {
  std::uint8_t tag;
  ByteView contents;
  ByteView whole;  ///< Tag and length included.
};

/// Reads elements one after the other from the front of borrowed octets. Lengths must be definite and as
/// short as DER demands, tags one octet; anything else reads as "no element", and so does the end.
class DerReader {
 public:
  explicit DerReader(ByteView input) : m_rest(input) {}

  /// The next element, whatever its tag.
  [[nodiscard]] std::optional<DerElement> next();
  /// The contents of the next element if its tag is this; otherwise nothing moves.
  [[nodiscard]] std::optional<ByteView> next(std::uint8_t tag);

  [[nodiscard]] bool done() const { return m_rest.empty(); }

 private:
  ByteView m_rest;
};

/// One element with these contents, of less than 16 MiB.
[[nodiscard]] Bytes der(std::uint8_t tag, ByteView contents);

/// One element whose contents are these parts, one after the other.
[[nodiscard]] Bytes der(std::uint8_t tag, std::initializer_list<ByteView> parts);

/// A non-negative INTEGER from big-endian octets; leading zeros are dropped, and added where the sign wants
/// one.
[[nodiscard]] Bytes der_integer(ByteView magnitude);

/// A BIT STRING of whole octets.
[[nodiscard]] Bytes der_bit_string(ByteView octets);

}  // namespace tlscore::x509
