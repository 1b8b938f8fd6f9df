// OpenPGP packets (RFC 4880, section 4): headers off, nothing inside them understood.
#pragma once

#include <vector>

#include "tlscore/base/byte_reader.h"

namespace openpgp_auth {

using tlscore::ByteReader;
using tlscore::Bytes;
using tlscore::ByteView;
using tlscore::ErrorKind;
using tlscore::Result;

/// The packet types (section 4.3) that have a name here.
enum PacketTag : std::uint8_t {
  kSignatureTag = 2,
  kSecretKeyTag = 5,
  kPublicKeyTag = 6,
  kSecretSubkeyTag = 7,
  kMarkerTag = 10,
  kTrustTag = 12,
  kUserIdTag = 13,
  kPublicSubkeyTag = 14,
  kUserAttributeTag = 17,
  kPaddingTag = 21,  ///< RFC 9580, section 5.14.
};

/// One packet. Borrows from what was read.
struct Packet {
  std::uint8_t tag;
  ByteView body;
  ByteView whole;  ///< Header included.
};

/// Takes the packet at the front of `reader`, of the old or the new format. Fails with Malformed where no
/// packet begins, for one that ends after the input, and for partial and indeterminate lengths, which only
/// packets of data may have (section 4.2.2.4). When it fails nothing is to be read on.
Result<Packet> next_packet(ByteReader& reader);

/// A multiprecision integer (section 3.2) from the front of `reader`, without leading zeros: empty for 0.
/// `strict` refuses a length that does not start from the most significant bit that is set. Nothing where it
/// ends after the input.
std::optional<ByteView> next_mpi(ByteReader& reader, bool strict);

}  // namespace openpgp_auth
