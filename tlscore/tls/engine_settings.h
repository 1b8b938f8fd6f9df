// What a TLS connection is set to, on either side.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "tlscore/tls/certificate_type.h"
#include "tlscore/tls/identity.h"
#include "tlscore/x509/certificate.h"
#include "tlscore/x509/private_key.h"

namespace tlscore::tls {

enum class Version : std::uint8_t { Tls12, Tls13 };

[[nodiscard]] constexpr std::string_view to_string(Version version) {
  return version == Version::Tls12 ? "TLS 1.2" : "TLS 1.3";
}

class Session;
class TicketKeys;
class TicketTable;

struct ClientSettings {
  std::string server_name;  ///< For SNI (RFC 6066, section 3); empty for an address, which SNI cannot carry.
  std::vector<std::string>
      alpn;  ///< Protocol names in our order of preference (RFC 7301); empty: not offered.
  Version lowest = Version::Tls12;
  Version highest = Version::Tls13;
  bool resumable = false;  ///< Asks the peer for sessions, and takes them if on_session() says where to.
  /// Offered where `resumable`; the peer may prefer a full handshake. Null: there is none.
  std::shared_ptr<const Session> session{};
  /// What is offered in TLS 1.2, in our order (RFC 6091, section 3.1); the type that the server chooses is
  /// that of both sides' certificates. Empty: the extension is not sent, which means X.509.
  std::vector<CertificateType> certificate_types{};
};

/// What a server shows of itself.
struct ServerCredential {
  Identity identity;
  /// Null: whoever drives the handshake signs, with a token for one. An Ed25519 key always is such a one, and
  /// is shown in TLS 1.3 only, to clients that list ed25519. Shared by all connections of one
  /// thread.
  std::shared_ptr<x509::PrivateKey> key{};

  /// For an X.509 certificate whose key lies in memory.
  static std::shared_ptr<const ServerCredential> create(std::span<const x509::Certificate> chain,
                                                        std::shared_ptr<x509::PrivateKey> key);
};

struct ServerSettings {
  std::shared_ptr<const ServerCredential> credential;  ///< Never null.
  std::vector<std::string> alpn{};                     ///< In our order of preference; empty: none is chosen.
  bool ask_for_certificate = false;                    ///< The client may still send none.
  /// In TLS 1.2 OpenPGP is chosen where the client lists it before X.509 or alone, and the credential has it.
  bool takes_openpgp = false;
  std::shared_ptr<TicketKeys> tickets{};  ///< Null: nothing can be resumed by them.
  /// In place of `tickets`: who resumes is known, and is a client that showed something.
  std::shared_ptr<TicketTable> ticket_table{};
  std::string ticket_scope{};  ///< A session is resumed only where this is the same.
  Version lowest = Version::Tls12;
  Version highest = Version::Tls13;
};

}  // namespace tlscore::tls
