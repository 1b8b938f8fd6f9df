// Which kind of certificate a TLS 1.2 handshake carries: the cert_type extension of RFC 6091, section 3.1.
//
// Pure parsing and writing of hello messages' octets. TLS 1.3 has X.509 only (RFC 8446, section 4.4.2).
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "tlscore/base/bytes.h"
#include "tlscore/base/result.h"

namespace tlscore::tls {

/// As numbered in RFC 6091, section 3.1.
enum class CertificateType : std::uint8_t { X509 = 0, OpenPgp = 1 };

/// "X.509", "OpenPGP".
[[nodiscard]] constexpr std::string_view to_string(CertificateType type) {
  return type == CertificateType::OpenPgp ? "OpenPGP" : "X.509";
}

/// The Certificate message's body of a client that has no OpenPGP certificate: empty_cert (section 3.3), with
/// the outer length that the last implementation in the field puts first.
inline constexpr auto kEmptyOpenPgpBody = std::to_array<std::uint8_t>({0, 0, 4, 1, 0, 0, 0});

/// The body of the cert_type extension in a ClientHello or ServerHello, which is a whole handshake message
/// with its header. Nothing when it has none. Fails with Malformed for another message, for lengths that do
/// not add up, and for an extension that is there twice.
[[nodiscard]] Result<std::optional<ByteView>> find_certificate_types(ByteView hello);

/// The types in a ClientHello's extension that we know, in the client's order. Fails with Malformed for a
/// list that is empty or does not fill the extension.
[[nodiscard]] Result<std::vector<CertificateType>> parse_certificate_types(ByteView extension);

/// The type in a ServerHello's extension. Fails with Malformed for anything but one octet, and with
/// Unsupported for a type that we do not know.
[[nodiscard]] Result<CertificateType> parse_certificate_type(ByteView extension);

/// A ClientHello's extension, with its type and length. `types` has 1 to 255 of them.
[[nodiscard]] Bytes write_certificate_types(std::span<const CertificateType> types);
/// A ServerHello's.
[[nodiscard]] Bytes write_certificate_type(CertificateType type);

/// Puts an extension at the end of a ServerHello, a whole handshake message that has none of this type yet.
/// The header's length is left to whoever sends it. Fails with Malformed when that is no ServerHello.
[[nodiscard]] Result<Bytes> with_extension(ByteView server_hello, ByteView extension);

}  // namespace tlscore::tls
