// What RFC 6091 adds to a TLS 1.2 handshake: which certificate type was agreed on, and the OpenPGP bodies of
// both Certificate messages, which this layer carries and does not read.
#pragma once

#include <optional>
#include <vector>

#include "tlscore/base/bytes.h"
#include "tlscore/tls/certificate_type.h"
#include "tlscore/x509/public_key.h"

struct mbedtls_ssl_context;

namespace tlscore::tls {

/// One handshake's part of it. Filled in by the wraps of the library's functions (openpgp_wraps.cc).
struct OpenPgpHandshake {
  /// Client: what it offers, in its order; empty: the extension is not sent.
  /// Server: what it can show and read.
  std::vector<CertificateType> ours;
  /// Server: what the client offers; nothing where it sent no extension.
  std::optional<std::vector<CertificateType>> theirs;
  /// What the ServerHello says. Nothing: X.509, as ever.
  std::optional<CertificateType> chosen;

  Bytes own_body;               ///< Of our Certificate message; empty: we show none.
  Bytes peer_body;              ///< Of the peer's.
  bool wants_peer_key = false;  ///< peer_body is there, and nobody has said yet which key it means.
  bool peer_key_given = false;
  std::optional<x509::PublicKey> peer_key;  ///< The one that it means; nothing: it presents none.

  [[nodiscard]] bool in_use() const { return chosen == CertificateType::OpenPgp; }
};

/// A message with these contents in the library's output, in its state's turn: 0, or an error code of its.
int write_openpgp_certificate(mbedtls_ssl_context* ssl, ByteView body);

/// Reads the peer's Certificate message, in its state's turn: 0, an error code, or kSignatureIsComing until
/// it is known which key it means.
int read_openpgp_certificate(mbedtls_ssl_context* ssl);

/// Looks for the extension in the hello message that was just read: 0, or an error code after an alert.
int note_certificate_types(mbedtls_ssl_context* ssl);

}  // namespace tlscore::tls
