// The table of its subcommands, and the list.
#include "proxy/command_token.h"

#include <algorithm>
#include <array>
#include <iostream>
#include <string>

#include "proxy/command_line.h"
#include "proxy/paths.h"
#include "proxy/reader_look.h"
#include "proxy/token_certificates.h"
#include "proxy/token_renewal.h"
#include "proxy/token_report.h"
#include "proxy/token_session.h"
#include "proxy/token_watch.h"

namespace proxy {
namespace {

using namespace tlscore;
using token::KeyInfo;

constexpr const char* kHelp =
    R"(usage: latchkey token list [--json]
       latchkey token enroll [--key KEY] [--subject NAME]
       latchkey token request [--key KEY] [--subject NAME] [--mail ADDRESS]
       latchkey token import FILE
       latchkey token renew

list      shows the tokens and those of their keys that are visible without a PIN.
enroll    makes a self-signed certificate for a key, signed by the token, and keeps it in the state folder.
request   prints a request to a CA for a certificate (PKCS #10), signed by the token.
import    keeps the certificate that the CA has given: a PEM file, those of the CAs above it may follow. It is for
          the key on the token that it names, and goes in the place of a certificate that is kept already.
renew     makes anew, on every token that is in, the certificates that "enroll" made and that end within 30 days, and
          envelopes that are due (Latchkey does both by itself when it uses one), and tells when the others end.

  --module M       "auto", "soft", a p11-kit module name or a path, in place of the configuration's
  --json           prints JSON
  --key KEY        a fingerprint, a label, a pkcs11: URI, or "auto"
  --subject NAME   the certificate's common name (default: the token's label)
  --mail ADDRESS   an e-mail address that the certificate is asked for
  --pinentry       asks for the PIN by pinentry, also on a terminal
  --final-try      uses the last try before the token locks
  --config FILE    in place of your own

Exit status: 0 done, 1 failed, 2 usage or configuration.
)";

/// The cards that another program has for itself alone. The module shows of those a token whose keys it
/// cannot read, or none at all.
std::vector<HeldToken> held_tokens(const TokenSession& session) {
  if (session.token.module != "auto") return {};
  std::vector<HeldToken> held;
  for (const TokenPlace& place : held_places(look_at_readers(), token_source(session.token)))
    held.push_back({place.text, place.holders});
  return held;
}

/// The user's OpenPGP certificates for these keys. Blocks while gpg is asked: nothing else goes on here.
void look_into_keyring(TokenListings& listings) {
  const auto scratch = make_runtime_folder(BaseFolders::of_this_process());
  const auto keyring = scratch ? openpgp_auth::Keyring::create("", *scratch) : fail(scratch.error());
  for (const TokenListing& listing : listings.tokens) {
    if (!listing.keys) continue;
    for (const KeyInfo& key : *listing.keys) {
      auto own = keyring ? openpgp_auth::find_own_openpgp(*keyring, key.public_key, "")
                         : Result<openpgp_auth::OwnCertificate>(fail(keyring.error()));
      listings.openpgp.insert_or_assign(key.fingerprint, std::move(own));
    }
  }
}

TokenOutcome list(TokenSession& session) {
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
  look_into_keyring(listings);
  const std::string& folder = session.settings.certificate_folder;
  co_return session.arguments.has("--json") ? tokens_as_json(listings, folder)
                                            : tokens_as_text(listings, folder);
}

struct Subcommand {
  std::string_view name;
  TokenOutcome (*run)(TokenSession& session);
  std::size_t arguments = 1;  ///< With its name.
};

constexpr auto kSubcommands = std::to_array<Subcommand>({{"list", list},
                                                         {"enroll", enroll_key},
                                                         {"request", request_certificate},
                                                         {"import", import_file, 2},
                                                         {"renew", renew_certificates}});

}  // namespace

int run_token(std::span<const char* const> args, std::ostream& out, std::ostream& err) {
  constexpr auto kFlags = std::to_array<std::string_view>({"--json", "--pinentry", "--final-try"});
  constexpr auto kOptions =
      std::to_array<std::string_view>({"--module", "--key", "--subject", "--mail", "--config"});
  auto parsed = parse_arguments(args, kFlags, kOptions);
  if (!parsed) return complain(err, "token", parsed.error(), kUsage);
  if (parsed->has("--help")) {
    out << kHelp;
    return kSuccess;
  }
  const std::string name = parsed->rest.empty() ? "" : parsed->rest.front();
  const auto* const command = std::ranges::find(kSubcommands, name, &Subcommand::name);
  if (command == kSubcommands.end() || parsed->rest.size() != command->arguments) {
    err << kHelp;
    return kUsage;
  }
  auto session = make_token_session(std::move(*parsed));
  if (!session) return complain(err, "token", session.error(), kUsage);
  const auto outcome = run_session(command->run(**session), **session);
  if (!outcome) return complain(err, "token " + name, outcome.error(), kFailure);
  out << *outcome;
  return kSuccess;
}

}  // namespace proxy
