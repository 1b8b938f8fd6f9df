// One signer process, one event loop.
#include "proxy/token_session.h"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <optional>

#include "proxy/paths.h"
#include "tlscore/base/signal_watch.h"
#include "tlscore/token/gnupg_logout.h"
#include "tlscore/token/key_selection.h"
#include "tlscore/token/soft_token.h"
#include "tlscore/token/terminal.h"

namespace proxy {

using namespace tlscore;
using token::KeyInfo;
using token::SignerClient;

namespace {

token::LoginOptions login_options(const TokenSession& session) {
  token::LoginOptions login;
  login.source = session.settings.pin;
  login.pin_file = session.settings.pin_file;
  login.allow_final_try = session.arguments.has("--final-try");
  const bool asks = login.source == token::PinSource::Pinentry || login.source == token::PinSource::Terminal;
  if (asks && !session.arguments.has("--pinentry") && ::isatty(STDIN_FILENO) == 1) {
    login.source = token::PinSource::Terminal;
    login.terminal = UniqueFd(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3));
  } else if (asks) {
    login.source = token::PinSource::Pinentry;
    login.pinentry_options = token::pinentry_options_here(STDIN_FILENO);
  }
  return login;
}

Task<void> run_into(Task<Result<std::string>> task, TokenSession& session,
                    std::optional<Result<std::string>>& outcome) {
  outcome = co_await std::move(task);
  session.loop->stop();
}

}  // namespace

Result<std::unique_ptr<TokenSession>> make_token_session(ParsedArguments arguments) {
  Config config = TRY(find_config(arguments.value("--config")));
  if (const std::string module = arguments.value("--module"); !module.empty()) config.token.module = module;
  auto session = std::make_unique<TokenSession>();
  session->state_folder = TRY(make_state_folder(BaseFolders::of_this_process()));
  session->token = config.token;
  session->settings = token_settings(config.token, session->state_folder);
  session->settings.ca_key = config.ca.key;
  for (const Party& party : config.parties) session->user_ids.insert(party.user_id);
  session->loop = TRY(EventLoop::create());
  session->arguments = std::move(arguments);
  return session;
}

Task<Result<std::unique_ptr<SignerClient>>> start_signer(TokenSession& session) {
  if (session.settings.is_file_key) {
    token::SoftTokenOptions options;
    options.state_folder = session.state_folder;
    const auto made = co_await token::make_soft_token(*session.loop, std::move(options), session.cancel);
    if (!made) co_return fail(made.error());
  }
  co_return SignerClient::start(*session.loop, session.settings.signer);
}

Task<Result<std::vector<KeyInfo>>> keys_of(SignerClient& signer, std::string uri, Cancel& cancel) {
  const auto opened = co_await signer.open(std::move(uri), cancel);
  if (!opened) co_return fail(opened.error());
  co_return co_await signer.list_keys(cancel);
}

Task<Result<std::vector<KeyInfo>>> unlock(SignerClient& signer, TokenSession& session) {
  auto login = login_options(session);
  const auto entered = co_await signer.login(std::move(login), session.cancel);
  if (!entered) co_return fail(entered.error());
  co_return co_await signer.list_keys(session.cancel);
}

Task<Result<KeyInfo>> unlock_key(SignerClient& signer, const token::TokenInfo& info, TokenSession& session) {
  const auto keys = co_await unlock(signer, session);
  if (!keys) co_return fail(keys.error());
  const auto key = token::select_key(*keys, info, session.arguments.value("--key"), session.settings.ca_key);
  if (!key) co_return fail(key.error());
  co_return **key;
}

Task<void> leave_card(SignerClient& signer, EventLoop& loop) {
  co_await signer.logout_and_stop();
  co_await token::tell_gnupg_of_logout(loop);
}

Result<std::string> run_session(TokenOutcome task, TokenSession& session) {
  SignalWatch signals;
  TRY(signals.start(*session.loop, {SIGINT, SIGTERM, SIGHUP},
                    [&](int) { session.cancel.request({ErrorKind::Cancelled, "stopped"}); }));
  // A signer that is killed cannot put the terminal back in order.
  const token::TerminalState terminal(STDIN_FILENO);
  std::optional<Result<std::string>> outcome;
  spawn(*session.loop, run_into(std::move(task), session, outcome));
  if (!outcome) session.loop->run();
  return std::move(*outcome);
}

}  // namespace proxy
