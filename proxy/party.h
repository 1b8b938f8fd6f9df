// A party: a destination that the user selected, and how it is trusted and spoken to.
//
// Only what the configuration says of it, and the search for it. What is done with it stands elsewhere.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tlscore/base/bytes.h"

namespace proxy {

/// The name of the built-in party that shows the user to himself. No configuration may list it.
inline constexpr std::string_view kDemoHost = "demo.latchkey.test";

/// How the local side speaks. Auto is told by the first bytes.
enum class LocalMode : std::uint8_t { Auto, Wrap, Terminate, Tunnel };

enum class TlsVersions : std::uint8_t { From12, Only12, Only13 };

/// The forms in which we can prove who we are, as listed under `auth`.
enum class AuthForm : std::uint8_t { OpenPgp, OpenPgpX509, X509 };

/// Which of the user's identities a party is shown.
struct Identity {
  enum class Kind : std::uint8_t {
    Auto,                ///< The token's one suitable key.
    Ask,                 ///< The user is asked each time the token is armed.
    None,                ///< No certificate is ever shown.
    OpenPgpFingerprint,  ///< `value` is 40 lower-case hexadecimal digits.
    KeyFingerprint,      ///< `value` is 64 of them: SHA-256 of the key's SubjectPublicKeyInfo.
    Pkcs11Uri,           ///< `value` is an RFC 7512 URI, as written.
  };
  Kind kind = Kind::Auto;
  std::string value = {};

  friend bool operator==(const Identity&, const Identity&) = default;
};

/// The same as tlscore::token::select_key takes it: "auto", unless a key is named.
[[nodiscard]] std::string key_selection(const Identity& identity);

/// One `[[party]]`. Every field has been checked (config.h) and stands in one spelling only.
struct Party {
  std::vector<std::string> hosts;         ///< At least one, as parse_host_pattern returns them.
  std::vector<std::uint16_t> ports{443};  ///< At least one; the first is where port 80 leads.
  Identity identity{};
  std::string user_id{};  ///< Empty: the certificate's primary user ID.
  std::vector<AuthForm> auth{AuthForm::OpenPgp, AuthForm::OpenPgpX509, AuthForm::X509};  ///< Best first.
  std::string trust = "openpgp or dane or pkix";
  bool trust_is_written = false;       ///< The user wrote `trust` himself: it is not our default.
  std::vector<std::string> openpgp{};  ///< Fingerprints, 40 lower-case hexadecimal digits.
  std::vector<tlscore::Bytes> pin{};   ///< SHA-256 of SubjectPublicKeyInfo, 32 octets each.
  std::string roots{};                 ///< An absolute path; empty: the system's trust store.
  std::string crls{};                  ///< The absolute path of a folder of CRLs; empty: none is asked.
  LocalMode local = LocalMode::Auto;
  std::string starttls{};  ///< The dialogue before the handshake; empty: none.
  TlsVersions tls = TlsVersions::From12;
  bool allow_private = false;  ///< Lifts the address rules (address_rules.h).
  bool demo = false;           ///< The built-in party, reached inside this process.

  /// What messages call it.
  [[nodiscard]] const std::string& name() const { return hosts.front(); }
};

/// Where a request goes.
struct PartyMatch {
  const Party* party;  ///< Points into the parties that were searched.
  std::uint16_t port;  ///< The port to dial.
  bool wraps_port_80;  ///< The request named port 80, which this party does not list: wrap to `port`.
};

/// The party that a target belongs to, or std::nullopt: then it is refused.
///
/// `host` is lower-case and without a trailing dot; an address may come in any form that canonical_address
/// reads, and belongs to a party only if that very address is listed. An exact host goes before a suffix and
/// a longer suffix before a shorter; only the most exact ones are looked at further, so that a port which
/// they do not list is refused, not passed to a broader party with other rules. Among them, whoever lists the
/// port wins; failing that, port 80 means the first port of the first.
[[nodiscard]] std::optional<PartyMatch> find_party(std::span<const Party> parties, std::string_view host,
                                                   std::uint16_t port);

}  // namespace proxy
