// Options, signals, and the gate between them.
#include "proxy/command_gate.h"

#include <array>

#include "proxy/config_value.h"
#include "proxy/gate_run.h"
#include "proxy/paths.h"
#include "proxy/protect_process.h"
#include "proxy/readable_places.h"
#include "tlscore/x509/random.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr const char* kHelp =
    R"(usage: latchkey gate --listen ADDRESS --backend BACKEND --cert FILE --key KEY [OPTION]...
Accepts TLS 1.2 and 1.3, finds out who the client is, and forwards to a server on this machine.

  --listen ADDRESS            where clients come: 192.0.2.1:443, [::]:443; port 0 lets the kernel choose
  --backend BACKEND           127.0.0.1:PORT, [::1]:PORT, localhost:PORT or unix:/PATH
  --cert FILE --key KEY       certificate chain in PEM form, and its key: a PEM file, or a pkcs11: URI for one
                              on a token; repeated for several names
  --openpgp FILE              OpenPGP certificate of one of these keys, for TLS 1.2 with RFC 6091
  --client-roots FILE         CAs whose certificates clients may show, in PEM form
  --client-crls DIR           these CAs' CRLs, in PEM or DER form; they are read again when they change
  --keyring DIR               GnuPG home whose web of trust vouches for clients' OpenPGP keys, or "user": yours
  --allow-file FILE           who may pass, one entry a line: OpenPGP fingerprints, SHA-256 of keys, user IDs,
                              mail addresses, @domain, DNS names; it is read again when it changes
  --authorize RULE            who may pass, by the first rule that decides; repeated: deny:/PATH and allow:/PATH
                              (lists as above), trusted (vouched for), exec:/PATH (a program) or unix:/PATH
  --client-certificate WHICH  required (default), or optional: who shows none passes as nobody
  --proxy-protocol            forwards octets behind a PROXY protocol header, in place of HTTP requests
  --memcached HOST:PORT       shares what is found of clients through memcached; repeated
  --realm NAME --secret FILE  with all machines that have the same realm and secret (32 octets or more, 0600);
                              without them, with this user's other gates and the daemon on this machine
  --config FILE               whose [token] section says how a token is reached, in place of your own

The backend is told who comes by X-Latchkey-Identity, X-Latchkey-Fingerprint and X-Latchkey-Method.
SIGHUP reads all files again, and asks again for the PIN of a token that is locked. Exit status: 0 stopped, 1 failed, 2 usage or a file that cannot be used.
)";

Error about(std::string_view option, const std::string& value, const Error& error) {
  return {ErrorKind::Malformed, std::string(option) + " " + value + " " + error.message};
}

Result<std::vector<GateCertificate>> certificates_of(const ParsedArguments& parsed) {
  std::vector<GateCertificate> certificates;
  std::vector<std::string> keys;
  for (const auto& [option, value] : parsed.values) {
    if (option == "--cert") certificates.push_back({.chain_file = value, .key = {}});
    if (option == "--key") keys.push_back(value);
  }
  if (keys.size() != certificates.size()) {
    return fail(ErrorKind::Malformed, "every --cert needs a --key, in the same order");
  }
  for (std::size_t i = 0; i < keys.size(); ++i) certificates[i].key = TRY(parse_gate_key(keys[i]));
  return certificates;
}

Result<bool> requires_certificate(const ParsedArguments& parsed) {
  const std::string which = parsed.value("--client-certificate");
  if (which.empty() || which == "required") return true;
  if (which == "optional") return false;
  return fail(ErrorKind::Malformed, "--client-certificate is required or optional");
}

}  // namespace

Result<GateConfig> gate_from_options(const ParsedArguments& parsed) {
  if (!parsed.rest.empty()) return fail(ErrorKind::Malformed, "gate takes options only");
  for (const std::string_view option : {"--listen", "--backend"}) {
    if (parsed.value(option).empty()) return fail(ErrorKind::Malformed, std::string(option) + " is missing");
  }
  GateConfig config;
  const std::string listen = parsed.value("--listen");
  auto address = parse_gate_address(listen);
  if (!address) return fail(about("--listen", listen, address.error()));
  config.listen = *address;
  const std::string where = parsed.value("--backend");
  auto backend = parse_gate_backend(where);
  if (!backend) return fail(about("--backend", where, backend.error()));
  config.backend = std::move(*backend);
  config.certificates = TRY(certificates_of(parsed));
  for (const auto& [option, value] : parsed.values) {
    if (option == "--openpgp") config.openpgp_files.push_back(value);
    if (option != "--authorize") continue;
    auto rule = judge::parse_authorization_rule(value);
    if (!rule) return fail(about("--authorize", value, rule.error()));
    config.authorize.push_back(std::move(*rule));
  }
  config.client_roots = parsed.value("--client-roots");
  config.client_crls = parsed.value("--client-crls");
  config.keyring = parsed.value("--keyring");
  config.allow_file = parsed.value("--allow-file");
  config.certificate_required = TRY(requires_certificate(parsed));
  config.forwarding = parsed.has("--proxy-protocol") ? GateForwarding::Proxy : GateForwarding::Http;
  TRY(check_gate(config));
  return config;
}

Result<CacheConfig> gate_cache_from_options(const ParsedArguments& parsed) {
  CacheConfig cache{.realm = parsed.value("--realm"), .secret = parsed.value("--secret")};
  for (const auto& [option, value] : parsed.values) {
    if (option != "--memcached") continue;
    auto server = parse_memcached_server(value);
    if (!server) return fail(about("--memcached", value, server.error()));
    cache.memcached.push_back(std::move(*server));
  }
  if (cache.realm.empty() != cache.secret.empty())
    return fail(ErrorKind::Malformed, "--realm and --secret stand together");
  if (!cache.realm.empty() && cache.memcached.empty())
    return fail(ErrorKind::Malformed, "--realm is of no use without --memcached");
  return cache;
}

int run_gate(Arguments arguments, std::ostream& out, std::ostream& err) {
  constexpr auto kFlags = std::to_array<std::string_view>({"--proxy-protocol"});
  constexpr auto kOptions = std::to_array<std::string_view>(
      {"--listen", "--backend", "--cert", "--key", "--openpgp", "--client-roots", "--keyring", "--allow-file",
       "--client-crls", "--authorize", "--client-certificate", "--memcached", "--realm", "--secret",
       "--config"});
  const auto parsed = parse_arguments(arguments, kFlags, kOptions);
  if (!parsed) return complain(err, "gate", parsed.error(), kUsage);
  if (parsed->has("--help")) return out << kHelp, kSuccess;
  auto config = gate_from_options(*parsed);
  if (!config) return complain(err, "gate", config.error(), kUsage);
  auto cache = gate_cache_from_options(*parsed);
  if (!cache) return complain(err, "gate", cache.error(), kUsage);
  const auto programs = [configured = ProgramsConfigured::of(*config), file = parsed->value("--config")] {
    const auto now = find_config(file);
    ProgramsConfigured all = configured;
    all.signer_network = now && now->token.network;
    return all;
  };
  const BaseFolders base = BaseFolders::of_this_process();
  const Fence fence{.changeable = own_folders(base),
                    .readable = readable_places(*config, *cache, parsed->value("--config"), base)};
  if (const auto ready = protect_process(programs, fence); !ready)
    return complain(err, "gate", ready.error(), kFailure);
  if (const auto ready = x509::init_crypto(); !ready) return complain(err, "gate", ready.error(), kFailure);
  auto run = GateRun::create(std::move(*config), std::move(*cache), parsed->value("--config"));
  if (!run) {
    const ErrorKind kind = run.error().kind;
    const bool is_system = kind == ErrorKind::Internal || kind == ErrorKind::Refused;
    return complain(err, "gate", run.error(), is_system ? kFailure : kUsage);
  }
  out << "listening at " << (*run)->address().text() << '\n' << std::flush;
  (*run)->run();
  return kSuccess;
}

}  // namespace proxy
