// One signer process, one event loop, one coroutine per subcommand.
#include "proxy/command_token.h"

#include <event2/event.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "proxy/command_line.h"
#include "proxy/config.h"
#include "proxy/paths.h"
#include "proxy/reader_look.h"
#include "proxy/token_report.h"
#include "proxy/token_settings.h"
#include "proxy/token_watch.h"
#include "tlscore/base/log.h"
#include "tlscore/token/gnupg_logout.h"
#include "tlscore/token/key_selection.h"
#include "tlscore/token/own_certificate.h"
#include "tlscore/token/soft_token.h"
#include "tlscore/token/terminal.h"
#include "tlscore/x509/date.h"

namespace proxy {
namespace {

using namespace tlscore;
using token::KeyInfo;
using token::SignerClient;

constexpr const char* kHelp =
    R"(usage: latchkey token list [--json] [--module M] [--config FILE]
       latchkey token enroll [--key KEY] [--subject NAME] [--pinentry] [--final-try] [--module M] [--config FILE]

list     shows the tokens and those of their keys that are visible without a PIN.
enroll   makes a self-signed certificate for a key, signed by the token, and keeps it in the state folder.

  --module M       "auto", "soft", a p11-kit module name or a path, in place of the configuration's
  --json           prints JSON
  --key KEY        a fingerprint, a label, a pkcs11: URI, or "auto"
  --subject NAME   the certificate's common name (default: the token's label)
  --pinentry       asks for the PIN by pinentry, also on a terminal
  --final-try      uses the last try before the token locks
  --config FILE    in place of your own

Exit status: 0 done, 1 failed, 2 usage or configuration.
)";

/// What a subcommand works with.
struct Session {
  ParsedArguments arguments;
  TokenConfig token;  ///< What stands in the configuration.
  TokenSettings settings;
  std::string state_folder;
  std::unique_ptr<EventLoop> loop;
  Cancel cancel;  ///< Requested by Ctrl-C, so that a PIN prompt ends in order.
};

Result<std::unique_ptr<Session>> make_session(ParsedArguments arguments) {
  Config config = TRY(find_config(arguments.value("--config")));
  if (const std::string module = arguments.value("--module"); !module.empty()) config.token.module = module;
  auto session = std::make_unique<Session>();
  session->state_folder = TRY(make_state_folder(BaseFolders::of_this_process()));
  session->token = config.token;
  session->settings = token_settings(config.token, session->state_folder);
  session->loop = TRY(EventLoop::create());
  session->arguments = std::move(arguments);
  return session;
}

/// A signer for the configured module; the software token is made if it is not there yet.
Task<Result<std::unique_ptr<SignerClient>>> start_signer(Session& session) {
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

/// The cards that another program has for itself alone. The module shows of those a token whose keys it
/// cannot read, or none at all.
std::vector<HeldToken> held_tokens(const Session& session) {
  if (session.token.module != "auto") return {};
  std::vector<HeldToken> held;
  for (const TokenPlace& place : held_places(look_at_readers(), token_source(session.token)))
    held.push_back({place.text, place.holders});
  return held;
}

Task<Result<std::string>> list(Session& session) {
  auto signer = co_await start_signer(session);
  if (!signer) co_return fail(signer.error());
  const auto tokens = co_await (*signer)->list_tokens(session.cancel);
  if (!tokens) co_return fail(tokens.error());
  TokenListings listings;
  for (const token::TokenInfo& info : *tokens) {
    if (!info.initialized) continue;
    auto keys = co_await keys_of(**signer, info.uri, session.cancel);
    listings.tokens.push_back({info, std::move(keys)});
  }
  if (std::ranges::none_of(listings.tokens, [](const TokenListing& each) { return each.keys.has_value(); }))
    listings.held = held_tokens(session);
  const std::string& folder = session.settings.certificate_folder;
  co_return session.arguments.has("--json") ? tokens_as_json(listings, folder)
                                            : tokens_as_text(listings, folder);
}

token::LoginOptions login_options(const Session& session) {
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

Task<Result<KeyInfo>> unlock_key(SignerClient& signer, const token::TokenInfo& info, Session& session) {
  auto login = login_options(session);
  const auto entered = co_await signer.login(std::move(login), session.cancel);
  if (!entered) co_return fail(entered.error());
  const auto keys = co_await signer.list_keys(session.cancel);
  if (!keys) co_return fail(keys.error());
  const auto key = token::select_key(*keys, info, session.arguments.value("--key"));
  if (!key) co_return fail(key.error());
  co_return **key;
}

Task<Result<std::string>> enroll(Session& session) {
  auto signer = co_await start_signer(session);
  if (!signer) co_return fail(signer.error());
  const auto info = co_await (*signer)->open(session.cancel);
  if (!info) co_return fail(info.error());
  const auto key = co_await unlock_key(**signer, *info, session);
  if (!key) co_return fail(key.error());
  token::EnrollOptions options{session.settings.certificate_folder, session.arguments.value("--subject")};
  if (options.subject.empty()) options.subject = info->label;
  const auto certificate = co_await token::enroll(**signer, *key, std::move(options), session.cancel);
  // The PIN is not left on a card after a command that is over.
  co_await (*signer)->logout_and_stop();
  co_await token::tell_gnupg_of_logout(*session.loop);
  if (!certificate) co_return fail(certificate.error());
  co_return "made a certificate for " + printable(certificate->subject()) + ", valid until " +
      x509::to_date(certificate->not_after()) + ":\n" +
      token::own_certificate_path(session.settings.certificate_folder, *key) + "\n";
}

Task<void> run_into(Task<Result<std::string>> task, Session& session,
                    std::optional<Result<std::string>>& outcome) {
  outcome = co_await std::move(task);
  session.loop->stop();
}

void on_signal(int /*number*/, short /*what*/, void* cancel) noexcept {
  static_cast<Cancel*>(cancel)->request({ErrorKind::Cancelled, "stopped"});
}

Result<std::string> run(Task<Result<std::string>> task, Session& session) {
  std::array<Event, 3> signals;
  constexpr std::array<int, 3> kNumbers = {SIGINT, SIGTERM, SIGHUP};
  for (std::size_t i = 0; i < signals.size(); ++i) {
    signals[i].reset(evsignal_new(session.loop->base(), kNumbers[i], on_signal, &session.cancel));
    if (!signals[i] || event_add(signals[i].get(), nullptr) != 0)
      return fail(ErrorKind::Internal, "no signals");
  }
  // A signer that is killed cannot put the terminal back in order.
  const token::TerminalState terminal(STDIN_FILENO);
  std::optional<Result<std::string>> outcome;
  spawn(*session.loop, run_into(std::move(task), session, outcome));
  if (!outcome) session.loop->run();
  return std::move(*outcome);
}

}  // namespace

int run_token(std::span<const char* const> args, std::ostream& out, std::ostream& err) {
  constexpr auto kFlags = std::to_array<std::string_view>({"--json", "--pinentry", "--final-try"});
  constexpr auto kOptions = std::to_array<std::string_view>({"--module", "--key", "--subject", "--config"});
  auto parsed = parse_arguments(args, kFlags, kOptions);
  if (!parsed) return complain(err, "token", parsed.error(), kUsage);
  if (parsed->has("--help")) {
    out << kHelp;
    return kSuccess;
  }
  const std::string command = parsed->rest.size() == 1 ? parsed->rest.front() : "";
  if (command != "list" && command != "enroll") {
    err << kHelp;
    return kUsage;
  }
  auto session = make_session(std::move(*parsed));
  if (!session) return complain(err, "token", session.error(), kUsage);
  const auto outcome = run(command == "list" ? list(**session) : enroll(**session), **session);
  if (!outcome) return complain(err, "token " + command, outcome.error(), kFailure);
  out << *outcome;
  return kSuccess;
}

}  // namespace proxy
