// Reads the configuration file, section by section.
#include "proxy/config.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "proxy/config_gate.h"
#include "proxy/config_party.h"
#include "proxy/config_reader.h"
#include "proxy/config_value.h"
#include "proxy/party_host.h"
#include "proxy/paths.h"
#include "tlscore/base/unique_fd.h"
#include "tlscore/token/pkcs11_uri.h"

namespace proxy {
namespace {

using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

template <class T>
using Word = std::pair<std::string_view, T>;

constexpr std::size_t kMaxListeners = 16;
constexpr std::size_t kMaxServers = 16;
constexpr std::size_t kMaxZones = 100;
constexpr std::size_t kMaxFixedNames = 1000;

constexpr std::array<Word<PinSource>, 3> kPinSources = {
    {{"ask", PinSource::Ask}, {"terminal", PinSource::Terminal}, {"credential", PinSource::Credential}}};
constexpr std::array<Word<PinPrompt>, 2> kPinPrompts = {
    {{"arming", PinPrompt::Arming}, {"first-use", PinPrompt::FirstUse}}};
constexpr std::array<Word<DnssecMode>, 2> kDnssecModes = {
    {{"validate", DnssecMode::Validate}, {"resolver", DnssecMode::Resolver}}};

Result<ListenConfig> read_listen(ConfigSection& section) {
  ListenConfig listen;
  listen.address = TRY(section.texts("address", listen.address, {1, kMaxListeners}, parse_listen_address));
  TRY(section.finish());
  return listen;
}

Result<TokenConfig> read_token(ConfigSection& section) {
  TokenConfig token;
  token.module = TRY(section.text("module", token.module, parse_module));
  token.device = TRY(section.text("device", token.device, parse_plain_text));
  token.pin = TRY(section.choice("pin", token.pin, kPinSources));
  token.prompt = TRY(section.choice("prompt", token.prompt, kPinPrompts));
  token.network = TRY(section.flag("network", token.network));
  token.lock_after_idle = TRY(section.text("lock_after_idle", token.lock_after_idle, parse_duration));
  TRY(section.finish());
  if (token.module == "gpg-agent" && token.pin != PinSource::Ask)
    return fail(
        section.error("pin", "GnuPG asks for the PIN itself: leave it out with module = \"gpg-agent\""));
  return token;
}

Result<std::string> parse_zone(std::string_view text) {
  if (canonical_address(text)) return fail(ErrorKind::Malformed, "is an address, not a zone");
  return parse_listed_host(text);
}

Result<std::string> parse_address(std::string_view text) {
  if (auto address = canonical_address(text)) return *std::move(address);
  return fail(ErrorKind::Malformed, "is no IPv4 or IPv6 address");
}

Result<decltype(DnsConfig::hosts)> read_fixed_names(ConfigSection& section) {
  decltype(DnsConfig::hosts) hosts;
  const std::vector<std::string> keys = section.keys();
  if (keys.size() > kMaxFixedNames) return fail(ErrorKind::TooLarge, "dns.hosts has more than 1000 names");
  for (const std::string& key : keys) {
    const auto name = parse_zone(key);
    if (!name) return fail(section.error(key, quote(key) + " " + name.error().message));
    auto addresses = TRY(section.texts<std::string>(key, {}, {1, kMaxServers}, parse_address));
    if (!hosts.emplace(*name, std::move(addresses)).second)
      return fail(section.error(key, "is listed twice"));
  }
  return hosts;
}

Result<DnsConfig> read_dns(ConfigSection& section) {
  DnsConfig dns;
  dns.servers = TRY(section.texts("servers", dns.servers, {0, kMaxServers}, parse_dns_server));
  dns.trust_anchor = TRY(section.text("trust_anchor", dns.trust_anchor, parse_absolute_path));
  dns.dnssec = TRY(section.choice("dnssec", dns.dnssec, kDnssecModes));
  dns.insecure = TRY(section.texts("insecure", dns.insecure, {0, kMaxZones}, parse_zone));
  if (auto hosts = TRY(section.section("hosts"))) dns.hosts = TRY(read_fixed_names(*hosts));
  TRY(section.finish());
  return dns;
}

Result<CacheConfig> read_cache(ConfigSection& section) {
  CacheConfig cache;
  cache.memcached =
      TRY(section.texts("memcached", cache.memcached, {0, kMaxServers}, parse_memcached_server));
  cache.realm = TRY(section.text("realm", cache.realm, parse_plain_text));
  cache.secret = TRY(section.text("secret", cache.secret, parse_absolute_path));
  cache.ttl_max = TRY(section.text("ttl_max", cache.ttl_max, parse_duration));
  TRY(section.finish());
  if (cache.realm.empty() != cache.secret.empty()) {
    return fail(
        section.error(cache.realm.empty() ? "secret" : "realm",
                      "realm and secret stand together: the realm's name, and a file with a secret that "
                      "all its machines have"));
  }
  return cache;
}

Result<std::string> parse_ca_key(std::string_view text) {
  if (text.empty()) return std::string();
  if (!tlscore::token::is_pkcs11_uri(text))
    return fail(ErrorKind::Malformed, "is no pkcs11: URI; leave it empty for keys in files");
  return parse_gate_key(TRY(parse_plain_text(text)));
}

Result<CaConfig> read_ca(ConfigSection& section) {
  CaConfig ca;
  ca.key = TRY(section.text("key", ca.key, parse_ca_key));
  TRY(section.finish());
  return ca;
}

Result<std::vector<Party>> read_parties(ConfigSection& top) {
  std::vector<Party> parties;
  PartyReader reader;
  for (ConfigSection& section : TRY(top.sections("party", kMaxParties)))
    parties.push_back(TRY(reader.read(section)));
  parties.push_back(demo_party());
  return parties;
}

Result<std::vector<GateConfig>> read_gates(ConfigSection& top) {
  std::vector<GateConfig> gates;
  for (ConfigSection& section : TRY(top.sections("gate", kMaxGates))) {
    GateConfig gate = TRY(read_gate(section));
    const bool is_taken =
        gate.listen.port() != 0 && std::ranges::find(gates, gate.listen, &GateConfig::listen) != gates.end();
    if (is_taken) return fail(section.error("listen", "is another gate's address"));
    gates.push_back(std::move(gate));
  }
  return gates;
}

/// At most one octet more than may be, so that the caller sees a file that is too long.
Result<std::string> read_file(const std::string& path) {
  const tlscore::UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) {
    const ErrorKind kind = errno == ENOENT ? ErrorKind::NotFound : ErrorKind::Refused;
    return fail(kind, path + ": " + std::strerror(errno));
  }
  struct stat status{};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return fail(ErrorKind::Refused, path + ": is no regular file");
  }
  std::string text(kMaxConfigBytes + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t count = ::read(file.get(), text.data() + size, text.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(ErrorKind::Refused, path + ": " + std::strerror(errno));
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  text.resize(size);
  return text;
}

}  // namespace

std::string ListenAddress::text() const {
  if (is_unix) return address;
  return (address.contains(':') ? "[" + address + "]:" : address + ":") + std::to_string(port);
}

Config built_in_config() {
  Config config;
  config.token.module = "soft";
  config.parties.push_back(demo_party());
  return config;
}

Result<Config> parse_config(std::string_view text, std::string_view file_name) {
  if (text.size() > kMaxConfigBytes) {
    return fail(ErrorKind::TooLarge, std::string(file_name) + ": is larger than 1 MiB");
  }
  const toml::table file = TRY(parse_toml(text, file_name));
  ConfigSection top(file, "", file_name);
  Config config;
  config.source = file_name;
  if (auto listen = TRY(top.section("listen"))) config.listen = TRY(read_listen(*listen));
  if (auto token = TRY(top.section("token"))) config.token = TRY(read_token(*token));
  if (auto dns = TRY(top.section("dns"))) config.dns = TRY(read_dns(*dns));
  if (auto cache = TRY(top.section("cache"))) config.cache = TRY(read_cache(*cache));
  if (auto ca = TRY(top.section("ca"))) config.ca = TRY(read_ca(*ca));
  config.parties = TRY(read_parties(top));
  config.gates = TRY(read_gates(top));
  TRY(top.finish());
  return config;
}

Result<Config> load_config(const std::string& path) {
  return parse_config(TRY(read_file(path)), path);
}

Result<Config> find_config(const std::string& named) {
  if (!named.empty()) return load_config(named);
  auto config = load_config(TRY(config_file(BaseFolders::of_this_process())));
  if (!config && config.error().kind == ErrorKind::NotFound) return built_in_config();
  return config;
}

}  // namespace proxy
