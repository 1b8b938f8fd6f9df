// What the user says of a gate, in `latchkey gate`'s options or in a `[[gate]]` section: checked, but no file
// read yet.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proxy/socket_address.h"
#include "tlscore/judge/authorization_rule.h"

namespace proxy {

/// Where a gate's requests go: a server on this machine.
struct GateBackend {
  std::vector<SocketAddress> addresses{};  ///< Of the loopback network; `localhost` gives two.
  std::string socket{};                    ///< The absolute path of a UNIX socket, in place of addresses.

  /// As it was written.
  [[nodiscard]] std::string text() const;
  friend bool operator==(const GateBackend&, const GateBackend&) = default;
};

/// A certificate chain in a PEM file, and where its key is.
struct GateCertificate {
  std::string chain_file;
  std::string key;  ///< A PEM file, or a key on a token: a PKCS#11 URI (RFC 7512).

  [[nodiscard]] bool key_on_token() const;

  friend bool operator==(const GateCertificate&, const GateCertificate&) = default;
};

enum class GateForwarding : std::uint8_t {
  Http,   ///< Requests, each with X-Latchkey-* headers.
  Proxy,  ///< Octets, with the PROXY protocol's header (version 2) before them.
};

/// In place of a path: the keyring of the user that runs the gate.
inline constexpr std::string_view kUsersKeyring = "user";

struct GateConfig {
  SocketAddress listen{};  ///< Any address of the machine; port 0 lets the kernel choose.
  GateBackend backend{};
  std::vector<GateCertificate> certificates{};  ///< The first is for clients that name no server.
  std::vector<std::string> openpgp_files{};     ///< OpenPGP certificates for these keys, for RFC 6091.
  std::string client_roots{};                   ///< CAs of clients, a PEM file; empty: none.
  std::string client_crls{};  ///< A folder of these CAs' CRLs (x509/crl_folder.h); empty: none is asked.
  std::string keyring{};      ///< GnuPG home that vouches for clients, or kUsersKeyring; empty: none.
  std::string allow_file{};   ///< Stands for authorize = ["allow:FILE"].
  std::vector<tlscore::judge::AuthorizationRuleText> authorize{};  ///< Who may come; empty: who is trusted.
  bool certificate_required = true;                                ///< Else who shows none comes as nobody.
  GateForwarding forwarding = GateForwarding::Http;

  friend bool operator==(const GateConfig&, const GateConfig&) = default;
};

/// Reads `192.0.2.1:443` or `[2001:db8::1]:443`; the address may be 0.0.0.0 or [::]. Fails with Malformed.
[[nodiscard]] tlscore::Result<SocketAddress> parse_gate_address(std::string_view text);

/// Reads `127.0.0.1:8080`, `[::1]:8080`, `localhost:8080` or `unix:/path`. Fails with Malformed, and with
/// Refused for an address that is not this machine's loopback: what leaves a gate is no longer protected.
[[nodiscard]] tlscore::Result<GateBackend> parse_gate_backend(std::string_view text);

/// The key of a certificate: any path, or a PKCS#11 URI. Fails with Refused for a URI that carries a PIN (RFC
/// 7512, section 2.4), and with Malformed for one that cannot be read.
[[nodiscard]] tlscore::Result<std::string> parse_gate_key(std::string_view text);

/// What cannot stand together. Fails with Malformed and a sentence: no certificate; nobody who could be let
/// in; CRLs without CAs.
[[nodiscard]] tlscore::Result<void> check_gate(const GateConfig& config);

}  // namespace proxy
