// The daemon's life: settings, token, port, control socket, signals.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "proxy/control_server.h"
#include "proxy/credentials.h"
#include "proxy/demo_party.h"
#include "proxy/dispatched_port.h"
#include "proxy/gates.h"
#include "proxy/identity_questions.h"
#include "proxy/idle_lock.h"
#include "proxy/last_judgements.h"
#include "proxy/listener.h"
#include "proxy/live_connections.h"
#include "proxy/local_leaves.h"
#include "proxy/machine_tokens.h"
#include "proxy/page_state.h"
#include "proxy/party_memory.h"
#include "proxy/question_notifier.h"
#include "proxy/resolver.h"
#include "proxy/service_status.h"
#include "proxy/session_guard.h"
#include "tlscore/base/signal_watch.h"

namespace proxy {

class Daemon {
 public:
  /// Reads the configuration, `config_file` or the user's own, and listens: at the addresses that systemd has
  /// handed over or the configuration names, and at what `dispatcher` passes on, if one listens at that path.
  /// Fails with Malformed and TooLarge as find_config does, and with whatever keeps a part from starting.
  static tlscore::Result<std::unique_ptr<Daemon>> create(std::string config_file, std::string dispatcher);
  /// Until SIGTERM or SIGINT. SIGHUP has the configuration read again.
  void run();
  [[nodiscard]] Services& services() { return *m_services; }

  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;

 private:
  Daemon(std::string config_file, std::string dispatcher)
      : m_config_file(std::move(config_file)), m_dispatcher(std::move(dispatcher)) {}
  tlscore::Result<void> set_up();
  /// What is made of a configuration, and used if all the rest of it is good, too.
  struct Made {
    std::shared_ptr<const Settings> settings;
    std::shared_ptr<tlscore::dns::TlsaSearch> addresses;
  };
  tlscore::Result<Made> make_settings(Config config);
  OnClient on_client();
  OnStranger on_stranger();
  void enter_dispatcher();
  tlscore::Result<void> listen();
  void show_questions();
  tlscore::Result<void> reload();
  tlscore::Result<void> read_again();
  [[nodiscard]] std::string fenced_off() const;
  void stop();
  void on_signal(int number);

  // In the order of creation; each uses those above it.
  std::string m_config_file;
  std::string m_dispatcher;  ///< Where it listens, if there is one.
  std::string m_state_folder;
  std::vector<std::string> m_readable;      ///< When it began.
  std::vector<tlscore::UniqueFd> m_handed;  ///< By systemd's socket units.
  std::unique_ptr<tlscore::EventLoop> m_loop;
  std::unique_ptr<tlscore::Workers> m_workers;
  std::unique_ptr<Resolver> m_resolver;
  std::shared_ptr<openpgp_auth::KeyringLookups> m_keyring;
  std::shared_ptr<tlscore::judge::SeenTlsa> m_seen_tlsa;
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
  tlscore::SignalWatch m_signals;
  std::unique_ptr<ServiceStatus> m_service_status;  ///< Null without systemd.
  bool m_stopping = false;
};

}  // namespace proxy
