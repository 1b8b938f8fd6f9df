// What the user's one file says: `config.toml`, whole and checked.
//
// Every key of every section is read and checked here, so that nothing starts half-configured. The values are
// in one spelling only (names folded, addresses canonical, times in seconds). What they lead to is decided
// elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/gate_config.h"
#include "proxy/party.h"
#include "tlscore/base/result.h"

namespace proxy {

/// Where the one port listens: a literal of the loopback network, or a UNIX socket.
struct ListenAddress {
  std::string address;     ///< `127.0.0.1`, `::1` (no brackets), or the socket's absolute path.
  std::uint16_t port = 0;  ///< 0 lets the kernel choose; not used for a socket.
  bool is_unix = false;

  /// As in the file: `127.0.0.1:6091`, `[::1]:6091` or the path.
  [[nodiscard]] std::string text() const;
  friend bool operator==(const ListenAddress&, const ListenAddress&) = default;
};

/// A server that we are a client of. For DNS the host is always an address.
struct ServerAddress {
  std::string host;
  std::uint16_t port = 0;

  friend bool operator==(const ServerAddress&, const ServerAddress&) = default;
};

struct ListenConfig {
  std::vector<ListenAddress> address{{"127.0.0.1", 6091, false}, {"::1", 6091, false}};

  friend bool operator==(const ListenConfig&, const ListenConfig&) = default;
};

enum class PinSource : std::uint8_t { Ask, Terminal, Credential };
enum class PinPrompt : std::uint8_t { Arming, FirstUse };

struct TokenConfig {
  std::string module = "auto";  ///< `auto`, `soft`, `gpg-agent`, a p11-kit module name, or an absolute path.
  std::string device{};         ///< Serial of the token where no reader can be matched to a slot; `none`:
                                ///< it is no USB device, and is there as long as the module shows it.
  PinSource pin = PinSource::Ask;
  PinPrompt prompt =
      PinPrompt::Arming;  ///< When the PIN is asked for: as soon as the token is there, or when needed.
  bool network = false;   ///< The module reaches its keys over the network (an HSM elsewhere).
  std::chrono::seconds lock_after_idle{0};  ///< 0: never because of idleness.

  friend bool operator==(const TokenConfig&, const TokenConfig&) = default;
};

enum class DnssecMode : std::uint8_t { Validate, Resolver };

struct DnsConfig {
  std::vector<ServerAddress> servers{};  ///< Empty: those of resolv.conf.
  std::string trust_anchor = "/usr/share/dns/root.key";
  DnssecMode dnssec = DnssecMode::Validate;
  std::vector<std::string> insecure{};  ///< Zones, folded, without a trailing dot.
  std::map<std::string, std::vector<std::string>, std::less<>>
      hosts{};  ///< Name to addresses, at least one each.
};

struct CacheConfig {
  std::vector<ServerAddress> memcached{};  ///< Empty: in memory.
  std::string realm{};                     ///< Empty: outcomes are shared with nobody.
  std::string secret{};  ///< A file: what the machines of the realm have in common. With `realm` only.
  std::chrono::seconds ttl_max = std::chrono::hours(1);
};

/// The local CAs.
struct CaConfig {
  std::string key{};  ///< PKCS#11 URI of the P-256 key that signs for all of them; empty: each has its own,
                      ///< in a file.

  friend bool operator==(const CaConfig&, const CaConfig&) = default;
};

struct Config {
  std::string source = "built-in";  ///< The file it was read from, for messages.
  ListenConfig listen{};
  TokenConfig token{};
  DnsConfig dns{};
  CacheConfig cache{};
  CaConfig ca{};
  std::vector<Party> parties{};  ///< Those of the file in its order, then the demo party.
  std::vector<GateConfig> gates{};
};

/// Bounds. A file beyond one of them is refused.
inline constexpr std::size_t kMaxConfigBytes = std::size_t{1} << 20U;
inline constexpr std::size_t kMaxParties = 1000;
inline constexpr std::size_t kMaxGates = 100;
inline constexpr std::size_t kMaxHostsOfParty = 100;
inline constexpr std::size_t kMaxPortsOfParty = 64;

/// What holds where there is no configuration file: the software token, and the demo party only.
[[nodiscard]] Config built_in_config();

/// Reads the text of a configuration; `file_name` is for messages only.
///
/// Fails with Malformed (TooLarge for a bound) and a sentence such as
/// `config.toml:12: party[2].ports: 70000 is no port (1 to 65535)`; parties count from 1. It fails on any
/// unknown key, wrong type or impossible value, and on
///   - a `realm` without `secret`, and the other way round;
///   - a party whose host and port another party lists already, or that lists the demo party's host;
///   - an `openpgp` or `pin` list whose assessor the written `trust` does not name (where `trust` is not
///   written, a pin
///     makes it `pin and (openpgp or dane or pkix)`);
///   - a tunnel with settings that only TLS of ours could keep (trust, openpgp, pin, roots, crls, starttls);
///   - `auth = ["openpgp"]` with `tls = "1.3"`, for which RFC 6091 has no form;
///   - a gate at another one's address, without certificates, or that could let nobody in.
[[nodiscard]] tlscore::Result<Config> parse_config(std::string_view text, std::string_view file_name);

/// Reads the file at `path`. Fails as parse_config does, with NotFound where there is no such file, with
/// TooLarge beyond kMaxConfigBytes, and with Refused where it cannot be read or is no regular file.
[[nodiscard]] tlscore::Result<Config> load_config(const std::string& path);

/// The configuration that a command works with: that of the file which `--config` named, which must exist;
/// else (`named` empty) the user's own (paths.h); else, where there is none, the built-in one.
[[nodiscard]] tlscore::Result<Config> find_config(const std::string& named);

}  // namespace proxy
