// A TLSA record: what a zone says of a server's certificate or key (RFC 6698, section 2.1).
#pragma once

#include <cstdint>

#include "tlscore/base/bytes.h"

namespace tlscore::dns {

/// As it stands in the zone: any value of the three numbers, known or not. What can be used of it is for
/// tlsa_match.h to say.
struct TlsaRecord {
  static constexpr std::size_t kMaxData = 65535 - 3;

  std::uint8_t usage = 0;          ///< 0 PKIX-TA, 1 PKIX-EE, 2 DANE-TA, 3 DANE-EE (RFC 7218).
  std::uint8_t selector = 0;       ///< 0 the certificate, 1 its SubjectPublicKeyInfo.
  std::uint8_t matching_type = 0;  ///< 0 the whole of it, 1 its SHA-256, 2 its SHA-512.
  Bytes data{};

  friend bool operator==(const TlsaRecord&, const TlsaRecord&) = default;
};

}  // namespace tlscore::dns
