// What the subcommands of `latchkey token` work with: a signer process of their own, and a loop until they
// are done.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "proxy/command_line.h"
#include "proxy/config.h"
#include "proxy/token_settings.h"
#include "tlscore/base/cancel.h"
#include "tlscore/base/event_loop.h"
#include "tlscore/base/task.h"
#include "tlscore/token/key_info.h"
#include "tlscore/token/signer_client.h"
#include "tlscore/token/token_info.h"

namespace proxy {

struct TokenSession {
  ParsedArguments arguments;
  TokenConfig token;  ///< What stands in the configuration.
  TokenSettings settings;
  std::set<std::string> user_ids{""};  ///< Those that parties are to see; empty: the primary one.
  std::string state_folder;
  std::unique_ptr<tlscore::EventLoop> loop;
  tlscore::Cancel cancel;  ///< Requested by Ctrl-C, so that a PIN prompt ends in order.
};

/// What a subcommand says on standard output when it has succeeded.
using TokenOutcome = tlscore::Task<tlscore::Result<std::string>>;

/// With the configuration's token, or the one of `--module`. Fails as find_config does.
[[nodiscard]] tlscore::Result<std::unique_ptr<TokenSession>> make_token_session(ParsedArguments arguments);

/// A signer for the configured module; the software token is made if it is not there yet.
[[nodiscard]] tlscore::Task<tlscore::Result<std::unique_ptr<tlscore::token::SignerClient>>> start_signer(
    TokenSession& session);

/// The keys of the token with this URI that are visible without a PIN.
[[nodiscard]] tlscore::Task<tlscore::Result<std::vector<tlscore::token::KeyInfo>>> keys_of(
    tlscore::token::SignerClient& signer, std::string uri, tlscore::Cancel& cancel);

/// Asks for the PIN of the token that `signer` has opened, on the terminal if standard input is one, else as
/// the configuration says: the keys that may sign then.
[[nodiscard]] tlscore::Task<tlscore::Result<std::vector<tlscore::token::KeyInfo>>> unlock(
    tlscore::token::SignerClient& signer, TokenSession& session);

/// The same, and the key of them that `--key` names.
[[nodiscard]] tlscore::Task<tlscore::Result<tlscore::token::KeyInfo>> unlock_key(
    tlscore::token::SignerClient& signer, const tlscore::token::TokenInfo& info, TokenSession& session);

/// The PIN is not left on a card after a command that is over.
[[nodiscard]] tlscore::Task<void> leave_card(tlscore::token::SignerClient& signer, tlscore::EventLoop& loop);

/// Runs the loop until `task` is done, or a signal has cancelled it.
[[nodiscard]] tlscore::Result<std::string> run_session(TokenOutcome task, TokenSession& session);

}  // namespace proxy
