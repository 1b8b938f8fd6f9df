// Set up in the order in which things depend on each other, ended in the other one.
#include "proxy/daemon.h"

#include <signal.h>

#include <algorithm>

#include "proxy/client_connection.h"
#include "proxy/control_client.h"
#include "proxy/dispatcher.h"
#include "proxy/dns_sources.h"
#include "proxy/outcomes.h"
#include "proxy/party_cas.h"
#include "proxy/paths.h"
#include "proxy/readable_places.h"
#include "proxy/user_keyring.h"
#include "tlscore/base/log.h"
#include "tlscore/x509/random.h"
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

}  // namespace

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
  m_readable = readable_places(config, m_config_file, BaseFolders::of_this_process());
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
  TRY(m_signals.start(*m_loop, {SIGTERM, SIGINT, SIGHUP}, [this](int number) { on_signal(number); }));
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

void Daemon::show_questions() {
  if (!m_notifier)
    m_notifier = std::make_unique<QuestionNotifier>(*m_loop, *m_questions,
                                                    "http://" + m_services->addresses.front() + "/");
  m_notifier->look();
}

void Daemon::on_signal(int number) {
  if (number != SIGHUP) {
    stop();
  } else if (const auto reloaded = reload(); !reloaded) {
    log(LogLevel::Error, "the configuration was not read again: " + reloaded.error().message);
  }
}

/// What a fence keeps from being read that was raised for another configuration.
std::string Daemon::fenced_off() const {
  const auto config = find_config(m_config_file);
  if (!config) return "";
  for (const std::string& place : readable_places(*config, m_config_file, BaseFolders::of_this_process())) {
    const auto holds = [&](const std::string& each) { return (place + "/").starts_with(each + "/"); };
    if (std::ranges::none_of(m_readable, holds))
      return "; what is new in " + place + " can be read after a restart only";
  }
  return "";
}

Result<void> Daemon::reload() {
  const auto done = read_again();
  return done ? done : fail(done.error().kind, done.error().message + fenced_off());
}

Result<void> Daemon::read_again() {
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

}  // namespace proxy
