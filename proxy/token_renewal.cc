// Token by token: what is due, and then the PIN.
#include "proxy/token_renewal.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include "openpgp-auth/own_certificate.h"
#include "openpgp-auth/own_envelope.h"
#include "proxy/paths.h"
#include "tlscore/base/log.h"
#include "tlscore/token/own_certificate.h"
#include "tlscore/x509/date.h"

namespace proxy {

using namespace tlscore;
using token::KeyInfo;
using token::SignerClient;

namespace {

/// What is to be made anew for one key.
struct Due {
  KeyInfo key;
  std::optional<std::string> subject;                    ///< Of its certificate.
  std::vector<openpgp_auth::EnvelopeRequest> envelopes;  ///< Those to make.
};

std::string name_of(const KeyInfo& key) {
  return "key " + key.fingerprint.substr(0, 16) + "…: ";
}

/// What is to be said of a key's certificate that is not ours to make.
std::string told(const KeyInfo& key, const std::string& folder) {
  const auto certificate = token::find_own_certificate(key, folder);
  const std::string of = "key " + key.fingerprint.substr(0, 16) + "…: ";
  if (!certificate) return of + certificate.error().message + "\n";
  const bool is_due = certificate->not_after() - x509::now() <= token::kRenewBefore;
  return of + "until " + x509::to_date(certificate->not_after()) +
         (is_due ? ", and its issuer has to make the next: `latchkey token request`\n" : ", not due\n");
}

std::optional<openpgp_auth::EnvelopeRequest> due_envelope(const openpgp_auth::Keyring& keyring,
                                                          const KeyInfo& key, const std::string& user_id,
                                                          const std::string& folder) {
  const auto own = openpgp_auth::find_own_openpgp(keyring, key.public_key, user_id);
  if (!own) return std::nullopt;
  openpgp_auth::EnvelopeRequest wanted{
      .key = key.public_key, .openpgp = own->octets, .now = x509::now(), .expires = own->expires};
  std::error_code ignored;
  // Without one there was no party yet that wanted to see it.
  if (!std::filesystem::exists(folder + "/" + openpgp_auth::own_envelope_name(wanted), ignored))
    return std::nullopt;
  const auto kept = openpgp_auth::find_own_envelope(wanted, folder);
  if (kept && !kept->is_due) return std::nullopt;
  return wanted;
}

/// Blocks while gpg is asked.
std::vector<openpgp_auth::EnvelopeRequest> due_envelopes(const KeyInfo& key, const TokenSession& session) {
  const auto scratch = make_runtime_folder(BaseFolders::of_this_process());
  const auto keyring = scratch ? openpgp_auth::Keyring::create("", *scratch) : fail(scratch.error());
  std::map<std::string, openpgp_auth::EnvelopeRequest> due;  // a party may name the primary user ID, too
  if (!keyring) return {};
  for (const std::string& user_id : session.user_ids) {
    if (auto one = due_envelope(*keyring, key, user_id, session.settings.certificate_folder)) {
      std::string name = openpgp_auth::own_envelope_name(*one);
      due.try_emplace(std::move(name), std::move(*one));
    }
  }
  std::vector<openpgp_auth::EnvelopeRequest> all;
  all.reserve(due.size());
  for (auto& [name, one] : due) all.push_back(std::move(one));
  return all;
}

std::vector<Due> what_is_due(const std::vector<KeyInfo>& keys, const TokenSession& session,
                             std::string& text) {
  const std::string& folder = session.settings.certificate_folder;
  std::vector<Due> all;
  for (const KeyInfo& key : keys) {
    Due due{
        .key = key, .subject = token::name_to_renew(key, folder), .envelopes = due_envelopes(key, session)};
    if (!due.subject) text += told(key, folder);
    if (due.subject || !due.envelopes.empty()) all.push_back(std::move(due));
  }
  return all;
}

Task<Result<void>> renew_envelopes(SignerClient& signer, Due due, TokenSession& session, std::string& text) {
  for (openpgp_auth::EnvelopeRequest& envelope : due.envelopes) {
    openpgp_auth::EnvelopeSigner sign = [&signer, fingerprint = due.key.fingerprint](
                                            x509::SignatureRequest request, Cancel& cancel) {
      return signer.sign(fingerprint, std::move(request), cancel);
    };
    const auto made = co_await openpgp_auth::make_own_envelope(
        std::move(envelope), session.settings.certificate_folder, std::move(sign), session.cancel);
    if (!made) co_return fail(made.error());
    text += name_of(due.key) + "made its envelope anew, until " + x509::to_date(made->not_after()) + "\n";
  }
  co_return Result<void>();
}

Task<Result<void>> renew(SignerClient& signer, Due due, TokenSession& session, std::string& text) {
  if (due.subject) {
    token::EnrollOptions options{session.settings.certificate_folder, std::move(*due.subject)};
    const auto made = co_await token::enroll(signer, due.key, std::move(options), session.cancel);
    if (!made) co_return fail(made.error());
    text += name_of(due.key) + "made a certificate for " + printable(made->subject()) + ", until " +
            x509::to_date(made->not_after()) + "\n";
  }
  co_return co_await renew_envelopes(signer, std::move(due), session, text);
}

/// `text` is added to.
Task<Result<void>> renew_on_token(std::string uri, TokenSession& session, std::string& text) {
  auto signer = co_await start_signer(session);
  if (!signer) co_return fail(signer.error());
  std::string selection = uri;
  const auto visible = co_await keys_of(**signer, std::move(selection), session.cancel);
  if (!visible) co_return fail(visible.error());
  std::vector<Due> all = what_is_due(*visible, session, text);
  if (all.empty()) co_return Result<void>();
  const auto unlocked = co_await unlock(**signer, session);
  if (!unlocked) co_return fail(unlocked.error());
  Result<void> done;
  for (Due& due : all) {
    done = co_await renew(**signer, std::move(due), session, text);
    if (!done) break;
  }
  co_await leave_card(**signer, *session.loop);
  co_return done;
}

Task<Result<std::vector<token::TokenInfo>>> tokens_that_are_in(TokenSession& session) {
  auto signer = co_await start_signer(session);
  if (!signer) co_return fail(signer.error());
  co_return co_await (*signer)->list_tokens(session.cancel);
}

}  // namespace

TokenOutcome renew_certificates(TokenSession& session) {
  const auto tokens = co_await tokens_that_are_in(session);
  if (!tokens) co_return fail(tokens.error());
  std::string text;
  for (const token::TokenInfo& info : *tokens) {
    if (!info.initialized) continue;
    std::string uri = info.uri;
    const auto renewed = co_await renew_on_token(std::move(uri), session, text);
    if (!renewed) co_return fail(renewed.error());
  }
  if (text.empty()) co_return fail(ErrorKind::NotFound, "no token with a key is in");
  co_return text;
}

}  // namespace proxy
