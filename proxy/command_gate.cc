// Options, signals, and the gate between them.
#include "proxy/command_gate.h"

#include <signal.h>

#include <array>

#include "proxy/gate.h"
#include "proxy/protect_process.h"
#include "tlscore/base/log.h"
#include "tlscore/x509/random.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr const char* kHelp =
    R"(usage: latchkey gate --listen ADDRESS --backend BACKEND --cert FILE --key FILE [OPTION]...
Accepts TLS 1.2 and 1.3, finds out who the client is, and forwards to a server on this machine.

  --listen ADDRESS            where clients come: 192.0.2.1:443, [::]:443; port 0 lets the kernel choose
  --backend BACKEND           127.0.0.1:PORT, [::1]:PORT, localhost:PORT or unix:/PATH
  --cert FILE --key FILE      certificate chain and key, in PEM form; repeated for several names
  --openpgp FILE              OpenPGP certificate of one of these keys, for TLS 1.2 with RFC 6091
  --client-roots FILE         CAs whose certificates clients may show, in PEM form
  --keyring DIR               GnuPG home whose web of trust vouches for clients' OpenPGP keys, or "user": yours
  --allow-file FILE           who may pass, one entry a line: OpenPGP fingerprints, SHA-256 of keys, user IDs,
                              mail addresses, @domain, DNS names; it is read again when it changes
  --client-certificate WHICH  required (default), or optional: who shows none passes as nobody
  --proxy-protocol            forwards octets behind a PROXY protocol header, in place of HTTP requests

The backend is told who comes by X-Latchkey-Identity, X-Latchkey-Fingerprint and X-Latchkey-Method.
SIGHUP reads all files again. Exit status: 0 stopped, 1 failed, 2 usage or a file that cannot be used.
)";

Error about(std::string_view option, const std::string& value, const Error& error) {
  return {ErrorKind::Malformed, std::string(option) + " " + value + " " + error.message};
}

Result<std::vector<GateCertificate>> certificates_of(const ParsedArguments& parsed) {
  std::vector<GateCertificate> certificates;
  std::vector<std::string> keys;
  for (const auto& [option, value] : parsed.values) {
    if (option == "--cert") certificates.push_back({.chain_file = value, .key_file = {}});
    if (option == "--key") keys.push_back(value);
  }
  if (keys.size() != certificates.size()) {
    return fail(ErrorKind::Malformed, "every --cert needs a --key, in the same order");
  }
  for (std::size_t i = 0; i < keys.size(); ++i) certificates[i].key_file = keys[i];
  return certificates;
}

Result<bool> requires_certificate(const ParsedArguments& parsed) {
  const std::string which = parsed.value("--client-certificate");
  if (which.empty() || which == "required") return true;
  if (which == "optional") return false;
  return fail(ErrorKind::Malformed, "--client-certificate is required or optional");
}

/// The gate's life: signals in, and everything ended at the end.
class GateRun {
 public:
  static Result<std::unique_ptr<GateRun>> create(GateConfig config) {
    std::unique_ptr<GateRun> run(new GateRun(std::move(config)));
    run->m_loop = TRY(EventLoop::create());
    run->m_gate = TRY(Gate::start(*run->m_loop, run->m_config));
    for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
      Event event(evsignal_new(run->m_loop->base(), number, on_signal, run.get()));
      if (!event || event_add(event.get(), nullptr) != 0)
        return fail(ErrorKind::Internal, "signals cannot be watched");
      run->m_signals.push_back(std::move(event));
    }
    return run;
  }

  [[nodiscard]] std::string address() const { return m_gate->address().text(); }

  void run() {
    m_loop->run();
    m_gate->stop();
    bool waits = true;
    const auto limit = m_loop->after(std::chrono::seconds(2), [&] { waits = false; });
    while (m_loop->tasks() > 0 && waits) event_base_loop(m_loop->base(), EVLOOP_ONCE);
  }

 private:
  explicit GateRun(GateConfig config) : m_config(std::move(config)) {}

  static void on_signal(evutil_socket_t number, short /*what*/, void* self) noexcept {
    auto& run = *static_cast<GateRun*>(self);
    if (number != SIGHUP) {
      run.m_loop->stop();
      return;
    }
    auto settings = GateSettings::create(*run.m_loop, run.m_config);
    if (settings) run.m_gate->use(std::move(*settings));
    log(settings ? LogLevel::Notice : LogLevel::Error,
        settings ? "gate: all files were read again"
                 : "gate: nothing was changed: " + settings.error().message);
  }

  GateConfig m_config;
  std::unique_ptr<EventLoop> m_loop;
  std::unique_ptr<Gate> m_gate;
  std::vector<Event> m_signals;
};

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
  }
  config.client_roots = parsed.value("--client-roots");
  config.keyring = parsed.value("--keyring");
  config.allow_file = parsed.value("--allow-file");
  config.certificate_required = TRY(requires_certificate(parsed));
  config.forwarding = parsed.has("--proxy-protocol") ? GateForwarding::Proxy : GateForwarding::Http;
  TRY(check_gate(config));
  return config;
}

int run_gate(Arguments arguments, std::ostream& out, std::ostream& err) {
  constexpr auto kFlags = std::to_array<std::string_view>({"--proxy-protocol"});
  constexpr auto kOptions = std::to_array<std::string_view>({"--listen", "--backend", "--cert", "--key",
                                                             "--openpgp", "--client-roots", "--keyring",
                                                             "--allow-file", "--client-certificate"});
  const auto parsed = parse_arguments(arguments, kFlags, kOptions);
  if (!parsed) return complain(err, "gate", parsed.error(), kUsage);
  if (parsed->has("--help")) return out << kHelp, kSuccess;
  auto config = gate_from_options(*parsed);
  if (!config) return complain(err, "gate", config.error(), kUsage);
  protect_process();
  if (const auto ready = x509::init_crypto(); !ready) return complain(err, "gate", ready.error(), kFailure);
  auto run = GateRun::create(std::move(*config));
  if (!run) {
    const ErrorKind kind = run.error().kind;
    const bool is_system = kind == ErrorKind::Internal || kind == ErrorKind::Refused;
    return complain(err, "gate", run.error(), is_system ? kFailure : kUsage);
  }
  out << "listening at " << (*run)->address() << '\n' << std::flush;
  (*run)->run();
  return kSuccess;
}

}  // namespace proxy
