// Two hello messages, read as far as their extensions.
#include "tlscore/tls/certificate_type.h"

#include <algorithm>

#include "tlscore/base/byte_reader.h"

namespace tlscore::tls {
namespace {

constexpr std::uint16_t kExtensionType = 9;
constexpr std::uint8_t kClientHello = 1;
constexpr std::uint8_t kServerHello = 2;
constexpr std::size_t kHeaderBytes = 4;
constexpr std::size_t kVersionAndRandomBytes = 2 + 32;

std::unexpected<Error> malformed() {
  return fail(ErrorKind::Malformed, "a hello message of TLS is broken");
}

bool skip(ByteReader& reader, std::optional<std::size_t> count) {
  return count && reader.bytes(*count);
}

/// Moves to the extensions' length, which may be missing.
bool skip_to_extensions(ByteReader& reader, std::uint8_t message) {
  if (!skip(reader, kVersionAndRandomBytes) || !skip(reader, reader.u8())) return false;
  if (message == kServerHello) return skip(reader, 3);  // cipher suite, compression method
  return skip(reader, reader.u16()) && skip(reader, reader.u8());
}

}  // namespace

Result<std::optional<ByteView>> find_certificate_types(ByteView hello) {
  ByteReader reader(hello);
  const auto message = reader.u8();
  const auto length = reader.u24();
  if (!message || (*message != kClientHello && *message != kServerHello) || length != reader.left())
    return malformed();
  if (!skip_to_extensions(reader, *message)) return malformed();
  if (reader.left() == 0) return std::nullopt;
  const auto extensions_bytes = reader.u16();
  if (extensions_bytes != reader.left()) return malformed();
  std::optional<ByteView> found;
  while (reader.left() > 0) {
    const auto type = reader.u16();
    const auto size = reader.u16();
    const auto body = size ? reader.bytes(*size) : std::nullopt;
    if (!type || !body || (*type == kExtensionType && found)) return malformed();
    if (*type == kExtensionType) found = *body;
  }
  return found;
}

Result<std::vector<CertificateType>> parse_certificate_types(ByteView extension) {
  ByteReader reader(extension);
  const auto count = reader.u8();
  if (!count || *count == 0 || *count != reader.left())
    return fail(ErrorKind::Malformed, "a list of certificate types is broken (RFC 6091)");
  std::vector<CertificateType> types;
  for (const std::uint8_t type : reader.rest()) {
    const bool known = type <= static_cast<std::uint8_t>(CertificateType::OpenPgp);
    if (known) types.push_back(static_cast<CertificateType>(type));
  }
  return types;
}

Result<CertificateType> parse_certificate_type(ByteView extension) {
  if (extension.size() != 1)
    return fail(ErrorKind::Malformed, "the server's choice of a certificate type is broken (RFC 6091)");
  if (extension.front() > static_cast<std::uint8_t>(CertificateType::OpenPgp))
    return fail(ErrorKind::Unsupported, "the server chose a certificate type that it was not offered");
  return static_cast<CertificateType>(extension.front());
}

Bytes write_certificate_types(std::span<const CertificateType> types) {
  ByteWriter writer;
  writer.u16(kExtensionType);
  writer.u16(static_cast<std::uint16_t>(types.size() + 1));
  writer.u8(static_cast<std::uint8_t>(types.size()));
  for (const CertificateType type : types) writer.u8(static_cast<std::uint8_t>(type));
  return writer.take();
}

Bytes write_certificate_type(CertificateType type) {
  ByteWriter writer;
  writer.u16(kExtensionType);
  writer.u16(1);
  writer.u8(static_cast<std::uint8_t>(type));
  return writer.take();
}

Result<Bytes> with_extension(ByteView server_hello, ByteView extension) {
  ByteReader reader(server_hello);
  if (reader.u8() != kServerHello || !skip(reader, kHeaderBytes - 1) ||
      !skip_to_extensions(reader, kServerHello))
    return malformed();
  const ByteView before = server_hello.first(server_hello.size() - reader.left());
  const bool has_some = reader.u16().has_value();
  const ByteView extensions = has_some ? reader.rest() : ByteView();
  ByteWriter writer;
  writer.bytes(before);
  writer.u16(static_cast<std::uint16_t>(extensions.size() + extension.size()));
  writer.bytes(extensions);
  writer.bytes(extension);
  return writer.take();
}

}  // namespace tlscore::tls
