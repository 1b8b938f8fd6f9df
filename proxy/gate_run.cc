// Set up in the order in which things depend on each other, ended in the other one.
#include "proxy/gate_run.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>

#include "proxy/outcomes.h"
#include "proxy/paths.h"
#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;

GateRun::GateRun(GateConfig config, CacheConfig cache)
    : m_config(std::move(config)), m_cache(std::move(cache)), m_terminal(STDIN_FILENO) {}

Result<std::unique_ptr<GateRun>> GateRun::create(GateConfig config, CacheConfig cache,
                                                 const std::string& config_file) {
  std::unique_ptr<GateRun> run(new GateRun(std::move(config), std::move(cache)));
  run->m_loop = TRY(EventLoop::create());
  const bool uses_token = std::ranges::any_of(run->m_config.certificates, &GateCertificate::key_on_token);
  if (uses_token) TRY(run->open_tokens(config_file));
  const Tokens* const tokens = uses_token ? &run->m_tokens->tokens() : nullptr;
  auto outcomes = TRY(run->make_outcomes());
  run->m_gate = TRY(Gate::start(*run->m_loop, run->m_config, tokens, std::move(outcomes)));
  TRY(run->m_signals.start(*run->m_loop, {SIGTERM, SIGINT, SIGHUP},
                           [self = run.get()](int number) { self->on_signal(number); }));
  if (uses_token) TRY(run->m_tokens->start());
  return run;
}

Result<std::shared_ptr<judge::OutcomeCache>> GateRun::make_outcomes() {
  if (m_cache.memcached.empty()) return nullptr;
  const std::string state_folder = TRY(make_state_folder(BaseFolders::of_this_process()));
  return make_outcome_cache(*m_loop, m_cache, state_folder);
}

Result<void> GateRun::open_tokens(const std::string& config_file) {
  TokenConfig wanted = TRY(find_config(config_file)).token;
  wanted.prompt = PinPrompt::Arming;
  std::string state_folder = TRY(make_state_folder(BaseFolders::of_this_process()));
  MachineTokens::Callbacks callbacks{
      .disarmed =
          [this](const ArmedToken& token, const Error& why, bool /*last*/) {
            if (m_gate) m_gate->token_left(token, why);
          },
      .plugged =
          [this] {
            if (m_tokens->tokens().settings().pin == token::PinSource::Terminal) unlock();
          }};
  m_tokens = std::make_unique<MachineTokens>(*m_loop, std::move(wanted), std::move(state_folder),
                                             std::move(callbacks), "send the gate SIGHUP");
  return {};
}

void GateRun::on_signal(int number) {
  if (number != SIGHUP) {
    stop();
    return;
  }
  reload();
  if (m_tokens) unlock();
}

void GateRun::reload() {
  auto outcomes = make_outcomes();
  auto settings = outcomes ? GateSettings::create(*m_loop, m_config, std::move(*outcomes))
                           : Result<std::shared_ptr<GateSettings>>(fail(outcomes.error()));
  if (settings) m_gate->use(std::move(*settings));
  log(settings ? LogLevel::Notice : LogLevel::Error,
      settings ? "gate: all files were read again"
               : "gate: nothing was changed: " + settings.error().message);
}

void GateRun::unlock() {
  const auto ask = [](GateRun& self) -> Task<void> {
    const token::PinSource source = self.m_tokens->tokens().settings().pin;
    std::function<std::optional<token::LoginOptions>()> make_login = [source] {
      if (source != token::PinSource::Terminal) return std::optional<token::LoginOptions>();
      token::LoginOptions login;
      login.source = source;
      login.terminal.reset(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
      return std::optional(std::move(login));
    };
    // What keeps a token from being armed, the log has already.
    static_cast<void>(co_await self.m_tokens->tokens().unlock(std::move(make_login), self.m_unlocking));
  };
  spawn(*m_loop, ask(*this));
}

void GateRun::stop() {
  if (std::exchange(m_stopping, true)) return;
  m_gate->stop();
  m_unlocking.request({ErrorKind::Cancelled, "the gate ends"});
  // The card forgets the PIN before its signer goes.
  const auto finish = [](GateRun& self) -> Task<void> {
    if (self.m_tokens) {
      self.m_tokens->stop();
      co_await self.m_tokens->tokens().lock(LockReason::Exit);
    }
    self.m_loop->post([&self] { self.m_loop->stop(); });
  };
  spawn(*m_loop, finish(*this));
}

void GateRun::run() {
  m_loop->run_until_tasks_end();
}

}  // namespace proxy
