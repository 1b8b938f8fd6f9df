// Drafts on a worker's thread, signatures by the token, and what comes back is checked on a worker's thread.
#include "proxy/token_ca.h"

#include "tlscore/x509/date.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr std::chrono::seconds kWorkLimit{10};

/// A leaf that lacks its signature.
struct LeafDraft {
  x509::CertificateDraft certificate;
  std::shared_ptr<x509::PrivateKey> key;
};

Result<LeafDraft> draft_leaf(const x509::LocalCaCertificate& ca, const std::string& host) {
  auto key = std::make_shared<x509::PrivateKey>(TRY(x509::PrivateKey::generate_p256()));
  auto certificate = TRY(ca.draft_leaf(host, key->public_key(), x509::now()));
  return LeafDraft{.certificate = std::move(certificate), .key = std::move(key)};
}

Result<x509::LocalCaCertificate> finish_ca(const LocalCaFolder& folder, const std::vector<std::string>& names,
                                           const x509::CertificateDraft& draft, const Bytes& signature) {
  auto certificate = TRY(draft.finish(signature));
  const auto made = TRY(x509::LocalCaCertificate::adopt(std::move(certificate)));
  return folder.keep(names, made);
}

Result<MintedLeaf> finish_leaf(const LeafDraft& draft, const Bytes& signature, const std::string& signer) {
  const x509::Certificate leaf = TRY(draft.certificate.finish(signature));
  auto credential = tls::ServerCredential::create({&leaf, 1}, draft.key);
  return MintedLeaf{.credential = std::move(credential), .signer = signer};
}

Task<Result<Bytes>> sign(Tokens::ArmedKey with, x509::SignatureRequest request, Cancel& cancel) {
  auto signer = std::make_shared<const tls::Identity>(tls::Identity{.chain = {}, .key = with.key.public_key});
  auto signature = co_await with.token->sign(std::move(signer), std::move(request), cancel);
  if (signature || cancel.requested()) co_return signature;
  if (signature.error().kind == ErrorKind::TokenRemoved) with.token->lost(signature.error());
  co_return fail(ErrorKind::Disarmed, signature.error().message);
}

Result<void> check_curve(const token::KeyInfo& key) {
  if (key.public_key.type() == x509::PublicKey::Type::EcP256) return {};
  return fail(ErrorKind::Unsupported,
              "the key of `ca.key` is " + key.public_key.describe() + ", and a local CA's is a P-256 key");
}

}  // namespace

Result<void> TokenCa::is_armed() const {
  const auto found = TRY(m_tokens.armed_key(m_folder.key_uri()));
  return check_curve(found.key);
}

Result<std::string> TokenCa::fingerprint() const {
  return TRY(m_tokens.armed_key(m_folder.key_uri())).key.fingerprint;
}

Task<Result<Tokens::ArmedKey>> TokenCa::armed_key(Cancel& cancel) {
  std::string selection = m_folder.key_uri();
  const auto token = co_await m_tokens.armed_for(std::move(selection), cancel);
  if (!token) co_return fail(token.error());
  auto found = m_tokens.armed_key(m_folder.key_uri());
  if (!found) co_return fail(found.error());
  const auto fits = check_curve(found->key);
  if (!fits) co_return fail(fits.error());
  co_return found;
}

Task<TokenCa::OpenedCa> TokenCa::open(std::vector<std::string> names, Cancel& cancel) {
  auto with = co_await armed_key(cancel);
  if (!with) co_return fail(with.error());
  co_return co_await open_with(std::move(*with), std::move(names), cancel);
}

Task<TokenCa::OpenedCa> TokenCa::open_with(Tokens::ArmedKey with, std::vector<std::string> names,
                                           Cancel& cancel) {
  std::string key = with.key.fingerprint;
  for (const std::string& name : names) key += "\n" + name;
  const auto make = [this, with = std::move(with), names = std::move(names), &cancel] {
    return find_or_make(with, names, cancel);
  };
  co_return co_await m_opening.run(std::move(key), make, cancel);
}

Task<TokenCa::OpenedCa> TokenCa::find_or_make(Tokens::ArmedKey with, std::vector<std::string> names,
                                              Cancel& cancel) {
  auto look = [folder = m_folder, names] { return folder.find(names); };
  auto kept = co_await m_workers.run(std::move(look), cancel, kWorkLimit);
  if (!kept) co_return fail(kept.error());
  if (*kept && (*kept)->certificate().public_key() == with.key.public_key) co_return std::move(**kept);
  auto write = [names, key = with.key.public_key] {
    return x509::LocalCaCertificate::draft(names, key, x509::now());
  };
  auto draft = co_await m_workers.run(std::move(write), cancel, kWorkLimit);
  if (!draft) co_return fail(draft.error());
  x509::SignatureRequest request = draft->request();
  auto signature = co_await sign(std::move(with), std::move(request), cancel);
  if (!signature) co_return fail(signature.error());
  auto finish = [folder = m_folder, names, draft = std::move(*draft), octets = std::move(*signature)] {
    return finish_ca(folder, names, draft, octets);
  };
  co_return co_await m_workers.run(std::move(finish), cancel, kWorkLimit);
}

Task<Result<MintedLeaf>> TokenCa::mint(std::vector<std::string> names, std::string host, Cancel& cancel) {
  auto with = co_await armed_key(cancel);
  if (!with) co_return fail(with.error());
  Tokens::ArmedKey signer = *with;
  auto ca = co_await open_with(std::move(signer), std::move(names), cancel);
  if (!ca) co_return fail(ca.error());
  auto write = [ca = std::move(*ca), host = std::move(host)] { return draft_leaf(ca, host); };
  auto draft = co_await m_workers.run(std::move(write), cancel, kWorkLimit);
  if (!draft) co_return fail(draft.error());
  x509::SignatureRequest request = draft->certificate.request();
  std::string fingerprint = with->key.fingerprint;
  auto signature = co_await sign(std::move(*with), std::move(request), cancel);
  if (!signature) co_return fail(signature.error());
  auto finish = [draft = std::move(*draft), octets = std::move(*signature),
                 fingerprint = std::move(fingerprint)] { return finish_leaf(draft, octets, fingerprint); };
  co_return co_await m_workers.run(std::move(finish), cancel, kWorkLimit);
}

}  // namespace proxy
