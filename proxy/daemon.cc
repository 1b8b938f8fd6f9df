// The daemon's life: settings, token, port, control socket, signals.
#include "proxy/daemon.h"

#include <signal.h>

#include <algorithm>
#include <filesystem>

#include "proxy/client_connection.h"
#include "proxy/control_client.h"
#include "proxy/control_server.h"
#include "proxy/credentials.h"
#include "proxy/demo_party.h"
#include "proxy/dispatched_port.h"
#include "proxy/dispatcher.h"
#include "proxy/dns_sources.h"
#include "proxy/first_steps.h"
#include "proxy/gates.h"
#include "proxy/identity_questions.h"
#include "proxy/idle_lock.h"
#include "proxy/last_judgements.h"
#include "proxy/listener.h"
#include "proxy/live_connections.h"
#include "proxy/local_leaves.h"
#include "proxy/machine_tokens.h"
#include "proxy/outcomes.h"
#include "proxy/page_state.h"
#include "proxy/party_cas.h"
#include "proxy/party_memory.h"
#include "proxy/paths.h"
#include "proxy/protect_process.h"
#include "proxy/question_notifier.h"
#include "proxy/resolver.h"
#include "proxy/service_status.h"
#include "proxy/session_guard.h"
#include "proxy/user_keyring.h"
#include "tlscore/base/log.h"
#include "tlscore/x509/random.h"
#include "udev/journal.h"
#include "udev/service_manager.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr std::size_t kWorkerThreads = 8;

/// Browsers are told the first, and know no paths: those come last.
void add_address(std::vector<std::string>& all, std::string address) {
  const auto is_path = [](const std::string& each) { return each.starts_with('/'); };
  const auto place = is_path(address) ? all.end() : std::ranges::find_if(all, is_path);
  all.insert(place, std::move(address));
}

bool holds(const std::vector<std::string>& addresses, const ListenAddress& address) {
  return !address.is_unix && std::ranges::find(addresses, address.text()) != addresses.end();
}

void tell_of_closed(std::size_t count) {
  if (count == 0) return;
  const std::string what = std::to_string(count) + (count == 1 ? " connection" : " connections");
  log(LogLevel::Notice, "closed " + what + " that the token had opened", {{"EVENT", "closed"}});
}

/// Members in the order of creation; each uses those above it.
class Daemon {
 public:
  static Result<std::unique_ptr<Daemon>> create(std::string config_file, std::string dispatcher);
  void run();
  [[nodiscard]] Services& services() { return *m_services; }
  [[nodiscard]] const std::string& state_folder() const { return m_state_folder; }

 private:
  Daemon(std::string config_file, std::string dispatcher)
      : m_config_file(std::move(config_file)), m_dispatcher(std::move(dispatcher)) {}
  Result<void> set_up();
  /// What is made of a configuration, and used if all the rest of it is good, too.
  struct Made {
    std::shared_ptr<const Settings> settings;
    std::shared_ptr<dns::TlsaSearch> addresses;
  };
  Result<Made> make_settings(Config config);
  OnClient on_client();
  OnStranger on_stranger();
  void enter_dispatcher();
  Result<void> listen();
  Result<void> watch_signals();
  void show_questions();
  Result<void> reload();
  void stop();
  static void on_signal(evutil_socket_t number, short what, void* self) noexcept;

  std::string m_config_file;
  std::string m_dispatcher;  ///< Where it listens, if there is one.
  std::string m_state_folder;
  std::vector<UniqueFd> m_handed;  ///< By systemd's socket units.
  std::unique_ptr<EventLoop> m_loop;
  std::unique_ptr<Workers> m_workers;
  std::unique_ptr<Resolver> m_resolver;
  std::shared_ptr<openpgp_auth::KeyringLookups> m_keyring;
  std::shared_ptr<judge::SeenTlsa> m_seen_tlsa;
  LiveConnections m_connections;
  PartyMemory m_memory;
  LastJudgements m_judgements;
  std::unique_ptr<IdentityQuestions> m_questions;
  std::unique_ptr<QuestionNotifier> m_notifier;  ///< Null until there is a question.
  std::unique_ptr<PageState> m_pages;
  Credentials m_credentials;
  std::unique_ptr<DemoParty> m_demo;
  std::unique_ptr<MachineTokens> m_tokens;
  std::unique_ptr<LocalLeaves> m_leaves;
  std::unique_ptr<Services> m_services;
  std::unique_ptr<IdleLock> m_idle_lock;
  std::unique_ptr<SessionGuard> m_session_guard;
  std::unique_ptr<ControlServer> m_control;
  std::unique_ptr<DispatchedPort> m_dispatched;  ///< Null where nobody holds the port for us.
  std::vector<std::unique_ptr<Listener>> m_listeners;
  std::unique_ptr<Gates> m_gates;
  std::vector<Event> m_signals;
  std::unique_ptr<ServiceStatus> m_service_status;  ///< Null without systemd.
  bool m_stopping = false;
};

Result<std::unique_ptr<Daemon>> Daemon::create(std::string config_file, std::string dispatcher) {
  std::unique_ptr<Daemon> daemon(new Daemon(std::move(config_file), std::move(dispatcher)));
  daemon->m_handed = udev::take_handed_descriptors().sockets;
  TRY(daemon->set_up());
  return daemon;
}

Result<Daemon::Made> Daemon::make_settings(Config config) {
  auto sources = TRY(make_dns_sources(config.dns, *m_loop, m_seen_tlsa));
  auto settings = TRY(Settings::create(std::move(config), m_demo->fingerprint(), m_keyring, sources.dane));
  return Made{.settings = std::move(settings), .addresses = std::move(sources.addresses)};
}

Result<void> Daemon::set_up() {
  TRY(x509::init_crypto());
  Config config = TRY(find_config(m_config_file));
  m_state_folder = TRY(make_state_folder(BaseFolders::of_this_process()));
  m_loop = TRY(EventLoop::create());
  m_workers = std::make_unique<Workers>(*m_loop, kWorkerThreads);
  m_demo = TRY(DemoParty::create(*m_loop));
  m_questions = std::make_unique<IdentityQuestions>(*m_loop);
  m_questions->on_change([this] { show_questions(); });
  m_keyring = TRY(open_keyring(*m_loop, ""));
  m_seen_tlsa = judge::SeenTlsa::open(m_state_folder + "/seen-tlsa");
  auto [settings, addresses] = TRY(make_settings(std::move(config)));
  auto outcomes = TRY(make_outcome_cache(*m_loop, settings->config().cache, m_state_folder));
  m_resolver = std::make_unique<Resolver>(*m_workers, settings->config().dns.hosts);
  m_resolver->ask(std::move(addresses));
  MachineTokens::Callbacks callbacks{
      .disarmed = [this](const ArmedToken& token, const Error& why, bool last) {
        m_memory.forget();
        m_questions->forget(why);
        tell_of_closed(m_connections.abort_bound_to(token, last, why));
        if (m_gates) m_gates->token_left(token, why);
      }};
  m_tokens = std::make_unique<MachineTokens>(*m_loop, settings->config().token, m_state_folder,
                                             std::move(callbacks));
  const std::string& ca_key = settings->config().ca.key;
  m_tokens->tokens().set_ca_key(ca_key);
  m_leaves = std::make_unique<LocalLeaves>(*m_loop, *m_workers, m_tokens->tokens(),
                                           LocalCaFolder(local_ca_path(m_state_folder), ca_key));
  m_pages = std::make_unique<PageState>(*m_loop, *m_workers);
  m_pages->questions = m_questions.get();
  m_services = std::make_unique<Services>(Services{.loop = *m_loop,
                                                   .resolver = *m_resolver,
                                                   .tokens = m_tokens->tokens(),
                                                   .connections = m_connections,
                                                   .credentials = m_credentials,
                                                   .demo = *m_demo,
                                                   .memory = m_memory,
                                                   .judgements = m_judgements,
                                                   .questions = *m_questions,
                                                   .pages = *m_pages,
                                                   .leaves = *m_leaves,
                                                   .keyring = *m_keyring,
                                                   .outcomes = std::move(outcomes),
                                                   .settings = std::move(settings)});
  // The control socket first: it is what tells that another daemon of this user's runs.
  ControlServer::Actions actions{.reload = [this] { return reload(); }, .stop = [this] { stop(); }};
  std::string control_path = TRY(control_socket_path());
  m_control = TRY(ControlServer::start(*m_services, std::move(actions), std::move(control_path)));
  TRY(listen());
  m_gates = std::make_unique<Gates>(*m_loop, m_tokens->tokens());
  m_gates->use(TRY(m_gates->prepare(m_services->settings->config().gates, m_services->outcomes)));
  m_services->gates = m_gates.get();
  TRY(watch_signals());
  const std::chrono::milliseconds idle = m_services->settings->config().token.lock_after_idle;
  m_idle_lock = std::make_unique<IdleLock>(
      *m_loop, m_tokens->tokens(), [this] { return std::max(m_connections.last_use(), m_gates->last_use()); },
      idle);
  m_session_guard = std::make_unique<SessionGuard>(*m_loop, *m_tokens);
  return m_tokens->start();
}

OnClient Daemon::on_client() {
  return [this](UniqueFd fd) { spawn(*m_loop, serve_client(*m_services, std::move(fd))); };
}

OnStranger Daemon::on_stranger() {
  return [this](UniqueFd fd, const Error& why) {
    spawn(*m_loop, refuse_stranger(*m_services, std::move(fd), why));
  };
}

/// On a machine with a dispatcher, the port is its own, and it gives us this user's connections.
void Daemon::enter_dispatcher() {
  auto entered =
      DispatchedPort::start(*m_loop, m_dispatcher, std::move(m_handed), on_client(), on_stranger());
  if (!entered) {
    if (entered.error().kind != ErrorKind::Unreachable)
      log(LogLevel::Warning, "the port's dispatcher is not used: " + entered.error().message);
    return;
  }
  m_dispatched = std::move(*entered);
  m_services->dispatcher = m_dispatched->dispatcher();
}

Result<void> Daemon::listen() {
  enter_dispatcher();
  Error last{ErrorKind::NotFound, "there is no address to listen at"};
  for (const ListenAddress& address : m_services->settings->config().listen.address) {
    if (m_dispatched && holds(m_dispatched->addresses(), address)) {
      add_address(m_services->addresses, address.text());
      continue;
    }
    auto listener = Listener::start(*m_loop, address, on_client(), on_stranger());
    if (!listener && listener.error().kind != ErrorKind::NotFound) return fail(listener.error());
    if (!listener) {
      log(LogLevel::Notice, "skipped: " + listener.error().message);
      last = listener.error();
      continue;
    }
    add_address(m_services->addresses, (*listener)->address());
    m_listeners.push_back(std::move(*listener));
  }
  if (m_services->addresses.empty()) return fail(last);
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

void Daemon::show_questions() {
  if (!m_notifier)
    m_notifier = std::make_unique<QuestionNotifier>(*m_loop, *m_questions,
                                                    "http://" + m_services->addresses.front() + "/");
  m_notifier->look();
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
  if (config.listen != current.listen || config.token != current.token || config.ca != current.ca) {
    log(LogLevel::Warning, "[listen], [token] or [ca] has changed: they are read at the next start");
    config.listen = current.listen;
    config.token = current.token;
    config.ca = current.ca;
  }
  auto [settings, addresses] = TRY(make_settings(std::move(config)));
  auto outcomes = TRY(make_outcome_cache(*m_loop, settings->config().cache, m_state_folder));
  m_gates->use(TRY(m_gates->prepare(settings->config().gates, outcomes)));
  m_services->outcomes = std::move(outcomes);
  m_services->settings = std::move(settings);
  m_memory.forget();
  m_questions->forget({ErrorKind::Cancelled, "the configuration was read again: try again"});
  m_judgements.forget();
  m_resolver->set_fixed_hosts(m_services->settings->config().dns.hosts);
  m_resolver->ask(std::move(addresses));
  log(LogLevel::Notice, "read the configuration again: " + m_services->settings->config().source);
  return {};
}

void Daemon::stop() {
  if (std::exchange(m_stopping, true)) return;
  const Error why{ErrorKind::Cancelled, "Latchkey ends"};
  m_service_status.reset();
  m_listeners.clear();
  if (m_dispatched) m_dispatched->stop();
  m_gates->stop();
  m_tokens->stop();
  m_idle_lock.reset();
  m_session_guard.reset();
  m_control->stop();
  m_pages->browsers.stop();
  m_connections.abort_all(why);
  m_demo->stop();
  // The card forgets the PIN, then everything that still waits comes to its end.
  const auto finish = [](Daemon& self) -> Task<void> {
    co_await self.m_tokens->tokens().lock(LockReason::Exit);
    self.m_loop->post([&self] { self.m_loop->stop(); });
  };
  spawn(*m_loop, finish(*this));
}

void Daemon::run() {
  m_service_status = ServiceStatus::start(*m_loop, m_tokens->tokens());
  m_loop->run_until_tasks_end();
}

/// As the file says now; while it is broken, as it said last.
std::function<ProgramsConfigured()> programs_of(const std::string& config_file) {
  return [config_file, last = ProgramsConfigured{}]() mutable {
    if (const auto config = find_config(config_file)) last = ProgramsConfigured::of(*config);
    return last;
  };
}

/// Where it listens at a path.
std::vector<std::string> socket_folders_of(const std::string& config_file) {
  std::vector<std::string> folders;
  const auto config = find_config(config_file);
  if (!config) return folders;
  for (const ListenAddress& each : config->listen.address) {
    if (each.is_unix) folders.push_back(std::filesystem::path(each.address).parent_path());
  }
  return folders;
}

}  // namespace

int run_daemon(Arguments arguments, std::ostream& out, std::ostream& err) {
  constexpr auto kFlags = std::to_array<std::string_view>({"--first-steps"});
  constexpr auto kOptions = std::to_array<std::string_view>({"--config", "--dispatcher"});
  const auto parsed = parse_arguments(arguments, kFlags, kOptions);
  if (!parsed || (!parsed->rest.empty() && !parsed->has("--help"))) {
    const Error error = parsed ? Error{ErrorKind::Malformed, "run takes no arguments"} : parsed.error();
    return complain(err, "run", error, kUsage);
  }
  if (parsed->has("--help")) {
    out << "usage: latchkey run [--config FILE] [--first-steps] [--dispatcher SOCKET]\n"
           "Runs the proxy in the foreground. --first-steps prints what to try.\n"
           "--dispatcher names the socket of whoever holds the port for all users of this machine\n"
           "(default "
        << kDispatcherSocket
        << "); where nobody listens there, the proxy holds the port itself.\n"
           "Exit status: 0 stopped, 1 failed, 2 usage or configuration.\n";
    return kSuccess;
  }
  udev::log_to_journal();
  const std::string config_file = parsed->value("--config");
  if (const auto ready =
          protect_process(programs_of(config_file), own_folders(BaseFolders::of_this_process()),
                          socket_folders_of(config_file));
      !ready)
    return complain(err, "run", ready.error(), kFailure);
  const std::string dispatcher = parsed->value("--dispatcher");
  auto daemon = Daemon::create(config_file, dispatcher.empty() ? std::string(kDispatcherSocket) : dispatcher);
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
