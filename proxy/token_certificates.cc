// What is done with each key's certificate.
#include "proxy/token_certificates.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "tlscore/base/log.h"
#include "tlscore/token/own_certificate.h"
#include "tlscore/x509/certificate_request.h"
#include "tlscore/x509/date.h"
#include "tlscore/x509/holder_names.h"
#include "tlscore/x509/pem.h"

namespace proxy {

using namespace tlscore;
using token::KeyInfo;
using token::SignerClient;

namespace {

/// The key that `--key` names may sign, and then does `use`; the card is left as it was found.
template <class Use>
TokenOutcome with_key(TokenSession& session, Use use) {
  auto signer = co_await start_signer(session);
  if (!signer) co_return fail(signer.error());
  const auto info = co_await (*signer)->open(session.cancel);
  if (!info) co_return fail(info.error());
  const auto key = co_await unlock_key(**signer, *info, session);
  if (!key) co_return fail(key.error());
  std::string subject = session.arguments.value("--subject");
  if (subject.empty()) subject = info->label;
  auto outcome = co_await use(**signer, *key, std::move(subject), session);
  co_await leave_card(**signer, *session.loop);
  co_return outcome;
}

std::string made(const x509::Certificate& certificate, const TokenSession& session, const KeyInfo& key) {
  return "made a certificate for " + printable(certificate.subject()) + ", valid until " +
         x509::to_date(certificate.not_after()) + ":\n" +
         token::own_certificate_path(session.settings.certificate_folder, key) + "\n";
}

TokenOutcome enroll_it(SignerClient& signer, KeyInfo key, std::string subject, TokenSession& session) {
  token::EnrollOptions options{session.settings.certificate_folder, std::move(subject)};
  const auto certificate = co_await token::enroll(signer, key, std::move(options), session.cancel);
  if (!certificate) co_return fail(certificate.error());
  co_return made(*certificate, session, key);
}

TokenOutcome request_for(SignerClient& signer, KeyInfo key, std::string subject, TokenSession& session) {
  x509::CertificateRequestOptions options{.common_name = x509::cut_common_name(subject),
                                          .key = key.public_key};
  if (std::string mailbox = session.arguments.value("--mail"); !mailbox.empty())
    options.mailboxes.push_back(std::move(mailbox));
  const auto draft = x509::draft_certificate_request(options);
  if (!draft) co_return fail(draft.error());
  auto wanted = draft->request();
  const auto signature = co_await signer.sign(key.fingerprint, std::move(wanted), session.cancel);
  if (!signature) co_return fail(signature.error());
  const auto request = draft->finish(*signature);
  if (!request) co_return fail(request.error());
  co_return x509::to_pem("CERTIFICATE REQUEST", *request);
}

/// Of all tokens that the module shows.
Task<Result<std::vector<KeyInfo>>> all_keys(SignerClient& signer, Cancel& cancel) {
  const auto tokens = co_await signer.list_tokens(cancel);
  if (!tokens) co_return fail(tokens.error());
  std::vector<KeyInfo> all;
  for (const token::TokenInfo& info : *tokens) {
    if (!info.initialized) continue;
    auto keys = co_await keys_of(signer, info.uri, cancel);
    if (keys) std::ranges::move(*keys, std::back_inserter(all));
  }
  co_return all;
}

Task<Result<std::vector<KeyInfo>>> keys_that_are_in(TokenSession& session) {
  auto signer = co_await start_signer(session);
  if (!signer) co_return fail(signer.error());
  co_return co_await all_keys(**signer, session.cancel);
}

}  // namespace

TokenOutcome enroll_key(TokenSession& session) {
  return with_key(session, enroll_it);
}

TokenOutcome request_certificate(TokenSession& session) {
  return with_key(session, request_for);
}

TokenOutcome import_file(TokenSession& session) {
  const std::string file = session.arguments.rest.at(1);
  const auto chain = x509::load_certificates(file);
  if (!chain) co_return fail(chain.error());
  const auto keys = co_await keys_that_are_in(session);
  if (!keys) co_return fail(keys.error());
  const auto its = std::ranges::find(*keys, chain->front().public_key(), &KeyInfo::public_key);
  if (its == keys->end())
    co_return fail(ErrorKind::NotFound,
                   "no key on a token that is in is the one of the first certificate in " + file + ", " +
                       printable(chain->front().subject()));
  const std::string& folder = session.settings.certificate_folder;
  if (const auto kept = token::import_certificate(*its, *chain, folder); !kept) co_return fail(kept.error());
  co_return "kept the certificate for " + printable(chain->front().subject()) + ", valid until " +
      x509::to_date(chain->front().not_after()) + ":\n" + token::own_certificate_path(folder, *its) + "\n";
}

}  // namespace proxy
