// The daemon's life: settings, token, port, control socket, signals.
#include "proxy/daemon.h"

#include <signal.h>

#include "proxy/client_connection.h"
#include "proxy/control_client.h"
#include "proxy/control_server.h"
#include "proxy/credentials.h"
#include "proxy/demo_party.h"
#include "proxy/first_steps.h"
#include "proxy/gates.h"
#include "proxy/idle_lock.h"
#include "proxy/listener.h"
#include "proxy/live_connections.h"
#include "proxy/party_memory.h"
#include "proxy/paths.h"
#include "proxy/protect_process.h"
#include "proxy/resolver.h"
#include "proxy/token_settings.h"
#include "proxy/token_watch.h"
#include "proxy/tokens.h"
#include "proxy/user_keyring.h"
#include "tlscore/base/log.h"
#include "tlscore/token/soft_token.h"
#include "tlscore/x509/random.h"
#include "udev/suspend_watcher.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr std::size_t kWorkerThreads = 8;

}  // namespace

/// Members in the order of creation; each uses those above it.
class Daemon {
 public:
  static Result<std::unique_ptr<Daemon>> create(std::string config_file);
  void run();
  [[nodiscard]] Services& services() { return *m_services; }
  [[nodiscard]] const std::string& state_folder() const { return m_state_folder; }

 private:
  explicit Daemon(std::string config_file) : m_config_file(std::move(config_file)) {}
  Result<void> set_up();
  Result<void> open_token();
  Task<void> open_soft_token();
  Result<void> watch_tokens();
  Result<void> listen();
  Result<void> watch_signals();
  void watch_suspend();
  Result<void> reload();
  void stop();
  static void on_signal(evutil_socket_t number, short what, void* self) noexcept;

  std::string m_config_file;
  std::string m_state_folder;
  std::unique_ptr<EventLoop> m_loop;
  std::unique_ptr<Workers> m_workers;
  std::unique_ptr<Resolver> m_resolver;
  std::shared_ptr<openpgp_auth::KeyringLookups> m_keyring;
  LiveConnections m_connections;
  PartyMemory m_memory;
  Credentials m_credentials;
  std::unique_ptr<DemoParty> m_demo;
  std::unique_ptr<Tokens> m_tokens;
  std::unique_ptr<Services> m_services;
  std::unique_ptr<IdleLock> m_idle_lock;
  std::unique_ptr<udev::SuspendWatcher> m_suspend;
  std::unique_ptr<TokenWatch> m_watch;
  std::unique_ptr<ControlServer> m_control;
  std::vector<std::unique_ptr<Listener>> m_listeners;
  std::unique_ptr<Gates> m_gates;
  std::vector<Event> m_signals;
  bool m_stopping = false;
};

Result<std::unique_ptr<Daemon>> Daemon::create(std::string config_file) {
  std::unique_ptr<Daemon> daemon(new Daemon(std::move(config_file)));
  TRY(daemon->set_up());
  return daemon;
}

Result<void> Daemon::set_up() {
  TRY(x509::init_crypto());
  Config config = TRY(find_config(m_config_file));
  m_state_folder = TRY(make_state_folder(BaseFolders::of_this_process()));
  m_loop = TRY(EventLoop::create());
  m_workers = std::make_unique<Workers>(*m_loop, kWorkerThreads);
  m_demo = TRY(DemoParty::create(*m_loop));
  m_keyring = TRY(open_keyring(*m_loop, ""));
  auto settings = TRY(Settings::create(std::move(config), m_demo->fingerprint(), m_keyring));
  m_resolver = std::make_unique<Resolver>(*m_workers, settings->config().dns.hosts);
  m_tokens = std::make_unique<Tokens>(*m_loop, token_settings(settings->config().token, m_state_folder),
                                      [this](const ArmedToken& token, const Error& why, bool last) {
                                        m_memory.forget();
                                        m_connections.abort_bound_to(token, last, why);
                                      });
  m_services = std::make_unique<Services>(Services{.loop = *m_loop,
                                                   .resolver = *m_resolver,
                                                   .tokens = *m_tokens,
                                                   .connections = m_connections,
                                                   .credentials = m_credentials,
                                                   .demo = *m_demo,
                                                   .memory = m_memory,
                                                   .keyring = *m_keyring,
                                                   .settings = std::move(settings)});
  // The control socket first: it is what tells that another daemon of this user's runs.
  ControlServer::Actions actions{.reload = [this] { return reload(); }, .stop = [this] { stop(); }};
  std::string control_path = TRY(control_socket_path());
  m_control = TRY(ControlServer::start(*m_services, std::move(actions), std::move(control_path)));
  TRY(listen());
  m_gates = std::make_unique<Gates>(*m_loop);
  m_gates->use(TRY(m_gates->prepare(m_services->settings->config().gates)));
  TRY(watch_signals());
  const std::chrono::milliseconds idle = m_services->settings->config().token.lock_after_idle;
  m_idle_lock = std::make_unique<IdleLock>(*m_loop, *m_tokens, m_connections, idle);
  watch_suspend();
  return open_token();
}

Result<void> Daemon::listen() {
  Error last{ErrorKind::NotFound, "there is no address to listen at"};
  for (const ListenAddress& address : m_services->settings->config().listen.address) {
    auto listener = Listener::start(
        *m_loop, address, [this](UniqueFd fd) { spawn(*m_loop, serve_client(*m_services, std::move(fd))); },
        [this](UniqueFd fd, const Error& why) {
          spawn(*m_loop, refuse_stranger(*m_services, std::move(fd), why));
        });
    if (!listener && listener.error().kind != ErrorKind::NotFound) return fail(listener.error());
    if (!listener) {
      log(LogLevel::Notice, "skipped: " + listener.error().message);
      last = listener.error();
      continue;
    }
    m_services->addresses.push_back((*listener)->address());
    m_listeners.push_back(std::move(*listener));
  }
  if (m_listeners.empty()) return fail(last);
  return {};
}

/// The software token is there from now on, and so is one of which nobody tells; the others are watched for.
Result<void> Daemon::open_token() {
  const TokenConfig& config = m_services->settings->config().token;
  if (config.module == "soft") {
    spawn(*m_loop, open_soft_token());
    return {};
  }
  if (config.device != "none" || config.module == "auto") return watch_tokens();
  m_tokens->plugged({.key = config.module, .text = config.module});
  return {};
}

Task<void> Daemon::open_soft_token() {
  Cancel never;
  token::SoftTokenOptions options;
  options.state_folder = m_state_folder;
  auto made = co_await token::make_soft_token(*m_loop, std::move(options), never);
  if (!made) log(LogLevel::Error, "the software token cannot be made: " + made.error().message);
  if (made && !m_stopping) m_tokens->plugged({.key = "soft", .text = "a file"});
}

Result<void> Daemon::watch_tokens() {
  TokenWatch::Callbacks callbacks{
      .came = [this](const TokenPlace& place) { m_tokens->plugged(place); },
      .left = [this](const TokenPlace& place, const std::string& why) { m_tokens->pulled(place, why); },
      .held = [this](const TokenPlace& place) { m_tokens->held(place); },
      .released = [this](const TokenPlace& place) { m_tokens->released(place); },
      .looked = [this] { m_tokens->set_why_none(m_watch->places().why_none()); }};
  m_watch = TRY(TokenWatch::start(*m_loop, m_services->settings->config().token, std::move(callbacks)));
  return {};
}

Result<void> Daemon::watch_signals() {
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    Event event(evsignal_new(m_loop->base(), number, on_signal, this));
    if (!event || event_add(event.get(), nullptr) != 0)
      return fail(ErrorKind::Internal, "signals cannot be watched");
    m_signals.push_back(std::move(event));
  }
  return {};
}

/// The card forgets the PIN before the machine sleeps: who wakes it may be somebody else.
void Daemon::watch_suspend() {
  const auto lock = [](Daemon& self, std::shared_ptr<void> go_on) -> Task<void> {
    co_await self.m_tokens->lock(LockReason::Suspend);
    go_on.reset();
  };
  auto watcher = udev::SuspendWatcher::start(
      *m_loop, [this, lock](std::shared_ptr<void> go_on) { spawn(*m_loop, lock(*this, std::move(go_on))); });
  if (watcher) {
    m_suspend = std::move(*watcher);
  } else {
    log(LogLevel::Info, watcher.error().message);
  }
}

void Daemon::on_signal(evutil_socket_t number, short /*what*/, void* self) noexcept {
  auto& daemon = *static_cast<Daemon*>(self);
  if (number != SIGHUP) {
    daemon.stop();
  } else if (const auto reloaded = daemon.reload(); !reloaded) {
    log(LogLevel::Error, "the configuration was not read again: " + reloaded.error().message);
  }
}

Result<void> Daemon::reload() {
  Config config = TRY(find_config(m_config_file));
  const Config& current = m_services->settings->config();
  if (config.listen != current.listen || config.token != current.token) {
    log(LogLevel::Warning, "[listen] and [token] have changed: they are read at the next start");
    config.listen = current.listen;
    config.token = current.token;
  }
  auto settings = TRY(Settings::create(std::move(config), m_demo->fingerprint(), m_keyring));
  m_gates->use(TRY(m_gates->prepare(settings->config().gates)));
  m_services->settings = std::move(settings);
  m_memory.forget();
  m_resolver->set_fixed_hosts(m_services->settings->config().dns.hosts);
  log(LogLevel::Notice, "read the configuration again: " + m_services->settings->config().source);
  return {};
}

void Daemon::stop() {
  if (std::exchange(m_stopping, true)) return;
  const Error why{ErrorKind::Cancelled, "Latchkey ends"};
  m_listeners.clear();
  m_gates->stop();
  m_watch.reset();
  m_idle_lock.reset();
  m_suspend.reset();
  m_control->stop();
  m_connections.abort_all(why);
  m_demo->stop();
  // The card forgets the PIN, then everything that still waits comes to its end.
  const auto finish = [](Daemon& self) -> Task<void> {
    co_await self.m_tokens->lock(LockReason::Exit);
    self.m_loop->post([&self] { self.m_loop->stop(); });
  };
  spawn(*m_loop, finish(*this));
}

void Daemon::run() {
  m_loop->run();
  // Tasks end by themselves now; a worker that still resolves a name is not waited for longer than this.
  bool waits = true;
  const auto limit = m_loop->after(std::chrono::seconds(2), [&] { waits = false; });
  while (m_loop->tasks() > 0 && waits) event_base_loop(m_loop->base(), EVLOOP_ONCE);
}

int run_daemon(Arguments arguments, std::ostream& out, std::ostream& err) {
  constexpr auto kFlags = std::to_array<std::string_view>({"--first-steps"});
  constexpr auto kOptions = std::to_array<std::string_view>({"--config"});
  const auto parsed = parse_arguments(arguments, kFlags, kOptions);
  if (!parsed || (!parsed->rest.empty() && !parsed->has("--help"))) {
    const Error error = parsed ? Error{ErrorKind::Malformed, "run takes no arguments"} : parsed.error();
    return complain(err, "run", error, kUsage);
  }
  if (parsed->has("--help")) {
    out << "usage: latchkey run [--config FILE] [--first-steps]\n"
           "Runs the proxy in the foreground. --first-steps prints what to try.\n"
           "Exit status: 0 stopped, 1 failed, 2 usage or configuration.\n";
    return kSuccess;
  }
  protect_process();
  auto daemon = Daemon::create(parsed->value("--config"));
  if (!daemon) {
    const ErrorKind kind = daemon.error().kind;
    const bool is_config = kind == ErrorKind::Malformed || kind == ErrorKind::TooLarge;
    return complain(err, "run", daemon.error(), is_config ? kUsage : kFailure);
  }
  if (parsed->has("--first-steps")) print_first_steps((*daemon)->services(), out);
  (*daemon)->run();
  return kSuccess;
}

}  // namespace proxy
