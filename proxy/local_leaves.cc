// Minting, and what is kept.
#include "proxy/local_leaves.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr std::chrono::seconds kMintLimit{10};

Result<MintedLeaf> mint_here(const LocalCaFolder& folder, const std::vector<std::string>& names,
                             const std::string& host) {
  if (folder.state_of(names).empty()) TRY(folder.open(names));
  // Before the CA is read: if another takes its place meanwhile, the leaf counts as the older one's.
  std::string state = folder.state_of(names);
  auto ca = TRY(folder.open(names));
  auto key = std::make_shared<x509::PrivateKey>(TRY(x509::PrivateKey::generate_p256()));
  const x509::Certificate leaf = TRY(ca.issue(host, key->public_key(), x509::now()));
  auto credential = tls::ServerCredential::create({&leaf, 1}, key);
  return MintedLeaf{.credential = std::move(credential), .signer = std::move(state)};
}

std::string key_of(const std::vector<std::string>& names, const std::string& host, ByteView shown) {
  std::string key;
  for (const std::string& name : names) key += name + "\n";
  return key + "\n" + host + "\n" + to_hex(shown);
}

}  // namespace

LocalLeaves::LocalLeaves(EventLoop& loop, Workers& workers, Tokens& tokens, LocalCaFolder folder, Clock clock)
    : m_workers(workers), m_folder(std::move(folder)), m_clock(std::move(clock)), m_minting(loop) {
  if (!m_folder.key_uri().empty()) m_token_ca = std::make_unique<TokenCa>(loop, workers, tokens, m_folder);
}

Task<LocalLeaves::Found> LocalLeaves::find(const Party& party, std::string host, Bytes shown,
                                           Cancel& cancel) {
  const std::string why_not = why_no_local_ca(host);
  if (!why_not.empty())
    co_return fail(ErrorKind::Unsupported,
                   "no certificate can be made for your browser: " + host + " " + why_not);
  auto names = local_ca_names(party);
  const std::string key = key_of(names, host, shown);
  if (const Leaf* leaf = kept(names, key)) co_return leaf->minted.credential;
  if (m_token_ca && shown.empty() && !m_token_ca->is_armed()) {
    if (const Leaf* any = any_kept(names, host)) co_return any->minted.credential;
  }
  const auto job = [this, names = std::move(names), host = std::move(host), &cancel] {
    return mint(names, host, cancel);
  };
  auto minted = co_await m_minting.run(key, job, cancel);
  if (!minted) co_return fail(minted.error());
  if (m_leaves.size() >= kMaxKept) m_leaves.clear();
  // The CA lasts as long as the leaf at least.
  m_leaves.insert_or_assign(key, Leaf{*minted, m_clock() + x509::LocalCa::kLeafLifetime / 2});
  co_return minted->credential;
}

Result<void> LocalLeaves::can_find(const Party& party, const std::string& host) const {
  const bool needs_token = m_token_ca && why_no_local_ca(host).empty();
  if (!needs_token || any_kept(local_ca_names(party), host) != nullptr) return {};
  return m_token_ca->is_armed();
}

std::string LocalLeaves::token_key() const {
  return m_token_ca ? m_token_ca->fingerprint().value_or("") : "";
}

Task<Result<void>> LocalLeaves::make_ca(const Party& party, Cancel& cancel) {
  auto names = local_ca_names(party);
  if (m_token_ca) {
    const auto made = co_await m_token_ca->open(std::move(names), cancel);
    if (!made) co_return fail(made.error());
    co_return Result<void>();
  }
  auto job = [folder = m_folder, names = std::move(names)]() -> Result<void> {
    TRY(folder.open(names));
    return {};
  };
  co_return co_await m_workers.run(std::move(job), cancel, kMintLimit);
}

const LocalLeaves::Leaf* LocalLeaves::kept(const std::vector<std::string>& names,
                                           const std::string& key) const {
  const auto found = m_leaves.find(key);
  if (found == m_leaves.end() || m_clock() >= found->second.renew_at) return nullptr;
  const Result<std::string> signer =
      m_token_ca ? m_token_ca->fingerprint() : Result<std::string>(m_folder.state_of(names));
  return !signer || *signer == found->second.minted.signer ? &found->second : nullptr;
}

const LocalLeaves::Leaf* LocalLeaves::any_kept(const std::vector<std::string>& names,
                                               const std::string& host) const {
  const std::string prefix = key_of(names, host, {});
  for (auto leaf = m_leaves.lower_bound(prefix); leaf != m_leaves.end(); ++leaf) {
    if (!leaf->first.starts_with(prefix)) break;
    if (m_clock() < leaf->second.renew_at) return &leaf->second;
  }
  return nullptr;
}

Task<Result<MintedLeaf>> LocalLeaves::mint(std::vector<std::string> names, std::string host, Cancel& cancel) {
  if (m_token_ca) co_return co_await m_token_ca->mint(std::move(names), std::move(host), cancel);
  auto job = [folder = m_folder, names = std::move(names), host = std::move(host)] {
    return mint_here(folder, names, host);
  };
  co_return co_await m_workers.run(std::move(job), cancel, kMintLimit);
}

}  // namespace proxy
