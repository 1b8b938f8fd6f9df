// Judging first, identity after.
#include "proxy/party_answers.h"

#include <algorithm>

#include "proxy/armed_token.h"
#include "proxy/identity_questions.h"
#include "proxy/last_judgements.h"
#include "proxy/party_memory.h"
#include "proxy/peer_openpgp.h"
#include "proxy/shown_certificate.h"

namespace proxy {

using namespace tlscore;

namespace {

/// What its assessors warn of, in one sentence; empty: nothing.
std::string warnings_of(const judge::Judgement& judgement) {
  std::string text;
  for (const judge::Finding& finding : judgement.findings) {
    if (!finding.is_warning) continue;
    if (!text.empty()) text += "; ";
    text += finding.assessor + ": " + finding.reason;
  }
  return text;
}

}  // namespace

Task<void> PartyAnswers::ask_assessors(const tls::Engine& engine, Cancel& cancel) {
  m_live.phase = "judging";
  const PartyTrust& trust = m_destination.settings->trust_of(*m_destination.party);
  const judge::Presented presented{
      .host = m_destination.host,
      .port = m_destination.port,
      .transport = judge::Transport::Tcp,
      .role = judge::Role::Server,
      .chain = engine.peer_chain(),
      .openpgp = engine.peer_openpgp().empty() ? Bytes() : m_peer_openpgp,
      .key = engine.peer_key(),
      .now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())};
  judge::Remembered remembered{.cache = m_services.outcomes, .fresh = m_judge_afresh};
  m_judgement =
      co_await judge::judge(presented, trust.expression, trust.assessors, cancel, std::move(remembered));
  if (cancel.requested()) co_return;
  m_services.memory.warn(m_destination.text(), warnings_of(*m_judgement));
  m_services.judgements.found(m_destination.party->name(), m_destination.text(), *m_judgement);
}

std::vector<tls::CertificateType> PartyAnswers::certificate_types() const {
  using enum tls::CertificateType;
  const Party& party = *m_destination.party;
  if (std::ranges::find(party.auth, AuthForm::OpenPgp) == party.auth.end()) return {};
  const bool shows_other = m_identity && *m_identity && (*m_identity)->openpgp.empty();
  if (shows_other && party.openpgp.empty()) return {X509, OpenPgp};
  return {OpenPgp, X509};
}

Task<Result<std::optional<x509::PublicKey>>> PartyAnswers::peer_key(const tls::Engine& engine,
                                                                    Cancel& cancel) {
  return key_of_openpgp(m_services.keyring, engine, m_peer_openpgp, cancel);
}

Task<PartyAnswers::FoundIdentity> PartyAnswers::chosen_identity(Cancel& cancel) {
  const Identity wanted = m_services.questions.identity_of(*m_destination.party);
  m_is_undecided = wanted.kind == Identity::Kind::Ask;
  if (wanted.kind == Identity::Kind::None) co_return std::shared_ptr<const tls::Identity>();
  if (m_is_undecided)
    co_return fail(ErrorKind::Cancelled,
                   "you are asked which identity it may see when a connection needs one");
  const Party& party = *m_destination.party;
  IdentityWish wish{.selection = key_selection(wanted), .auth = party.auth, .user_id = party.user_id};
  if (wanted.kind == Identity::Kind::OpenPgpFingerprint) {
    auto keys = m_live.token->keys();
    std::string fingerprint = wanted.value;
    auto found =
        co_await find_openpgp_key(std::move(keys), std::move(fingerprint), m_services.keyring, cancel);
    if (!found) co_return fail(found.error());
    wish.selection = std::move(*found);
  }
  co_return co_await m_live.token->identity(std::move(wish), m_services.keyring, cancel);
}

Task<void> PartyAnswers::find_identity(Cancel& cancel) {
  m_identity = co_await chosen_identity(cancel);
}

std::string PartyAnswers::key_fingerprint() const {
  return m_identity && *m_identity ? to_hex((*m_identity)->key.spki_sha256()) : "";
}

Result<std::shared_ptr<const tls::Identity>> PartyAnswers::fitting_identity(
    const tls::Negotiated& negotiated) {
  m_needs_tls12.reset();
  if (!negotiated.certificate_asked) return std::shared_ptr<const tls::Identity>();
  if (!m_identity || !*m_identity || can_sign(**m_identity, negotiated)) return m_identity;
  const auto& key = (*m_identity)->key;
  if (key.type() == x509::PublicKey::Type::Ed25519) {
    // No other version would help: TLS 1.3 was chosen if the party has it.
    return fail(ErrorKind::Unsupported, "the key " + key_fingerprint() + " on your token cannot be shown: " +
                                            *why_not_signed(**m_identity, negotiated) +
                                            "; show this party another key");
  }
  m_needs_tls12 = "the RSA key " + key_fingerprint() +
                  " on your token makes no RSA-PSS signatures, which TLS 1.3 wants, and the party does not "
                  "take others (RFC 9963)";
  return fail(ErrorKind::Unsupported, *m_needs_tls12);
}

Task<Result<std::shared_ptr<const tls::Identity>>> PartyAnswers::judge(const tls::Engine& engine,
                                                                       Cancel& cancel) {
  co_await ask_assessors(engine, cancel);
  if (!m_judgement->trusted()) co_return fail(ErrorKind::Untrusted, m_judgement->summary);
  m_must_ask = m_is_undecided && engine.negotiated().certificate_asked;
  auto identity = fitting_identity(engine.negotiated());
  if (!identity) co_return identity;
  const auto lifetime = m_destination.settings->config().cache.ttl_max;
  m_origin = std::make_shared<const tls::SessionOrigin>(tls::SessionOrigin{
      .judgement = *m_judgement,
      .identity = *identity ? key_fingerprint() : "",
      .expires = std::chrono::steady_clock::now() + lifetime,
      .certificate_type = engine.negotiated().certificate_type,
      .shown = *identity ? shown_by_us(**identity, engine.negotiated()) : tls::CertificateSummary{},
      .peer = shown_by_peer(engine.peer_chain(), m_peer_openpgp)});
  co_return identity;
}

Task<Result<Bytes>> PartyAnswers::sign(const x509::SignatureRequest& request, Cancel& cancel) {
  m_live.phase = "signing";
  auto signature = co_await m_live.token->sign(*m_identity, request, cancel);
  if (signature) m_services.connections.signed_for(m_live, key_fingerprint(), m_origin->shown);
  if (signature || cancel.requested()) co_return signature;
  // This one gets an answer; what else the token had opened is closed, also by a signer that ends with this.
  m_live.bound_to_token = false;
  if (signature.error().kind == ErrorKind::TokenRemoved) m_live.token->lost(signature.error());
  // Whatever kept the token from signing, to the client it is a token that cannot be used.
  co_return fail(ErrorKind::Disarmed, signature.error().message);
}

}  // namespace proxy
