// A stack of levels, one for each certificate of the path so far, with the issuers that are still to be
// tried.
#include "tlscore/x509/path_search.h"

#include <algorithm>
#include <tuple>

#include "tlscore/x509/issuer_signature.h"
#include "tlscore/x509/path_rules.h"

namespace tlscore::x509 {
namespace {

constexpr std::size_t kMaxPath = 10;
constexpr std::size_t kMaxSignatureChecks = 32;
constexpr std::size_t kMaxTried = 256;
constexpr std::size_t kMaxComparisons = 1U << 20U;

/// How far a way came that ended here: what is said of a root counts most, then the longest.
constexpr std::size_t kNoIssuer = 0;
constexpr std::size_t kBadIssuer = 1;
constexpr std::size_t kTooLong = 2;
constexpr std::size_t kEachLevel = 4;
constexpr std::size_t kAtRoot = 1000;

struct Candidate {
  Certificate certificate;
  bool is_root;
  std::size_t position;  // As they were found, where nothing else tells them apart.
};

/// A certificate of the path, and who may have issued it, the best first.
struct Level {
  std::vector<Candidate> candidates;
  std::size_t next = 0;
};

bool same_holder(const Certificate& a, const Certificate& b) {
  return a.subject_key() == b.subject_key() && a.public_key() == b.public_key();
}

class PathSearch {
 public:
  PathSearch(const PathQuery& query, Purpose purpose) : m_query(query), m_purpose(purpose) {}

  Result<std::vector<Certificate>> run();
  /// Whether all ways ended where nobody is known who signed, when none was found.
  [[nodiscard]] bool lacks_issuer() const { return m_progress % kEachLevel == kNoIssuer; }

 private:
  [[nodiscard]] std::vector<Candidate> candidates() const;
  [[nodiscard]] std::tuple<bool, bool, bool, std::size_t> order(const Candidate& candidate) const;
  void descend(const Certificate& certificate);
  Result<bool> try_candidate(const Candidate& candidate);
  Result<void> check(const Candidate& candidate);
  Result<bool> is_signed_by(const Certificate& issuer);
  [[nodiscard]] Result<void> check_revocation() const;
  void note(std::size_t progress, Error error);

  const PathQuery& m_query;
  Purpose m_purpose;
  std::vector<Certificate> m_path;
  std::vector<Level> m_levels;
  struct Checked {
    const mbedtls_x509_crt* certificate;
    const mbedtls_x509_crt* issuer;
    bool is_signed;
  };
  std::vector<Checked> m_checked;
  std::size_t m_tried = 0;
  std::size_t m_comparisons = 0;
  std::size_t m_progress = 0;
  std::optional<Error> m_error;
};

std::unexpected<Error> too_much_work() {
  return fail(ErrorKind::Untrusted, "its certificates allow more paths than are tried");
}

void PathSearch::note(std::size_t progress, Error error) {
  if (m_error && m_progress >= progress) return;
  m_progress = progress;
  m_error = std::move(error);
}

/// Smaller is better.
std::tuple<bool, bool, bool, std::size_t> PathSearch::order(const Candidate& candidate) const {
  const Certificate& issuer = candidate.certificate;
  const bool is_valid = issuer.not_before() <= m_query.now && m_query.now <= issuer.not_after();
  const ByteView wanted = m_path.back().authority_key_identifier();
  const ByteView stated = issuer.subject_key_identifier();
  const bool fits = wanted.empty() || stated.empty() || std::ranges::equal(wanted, stated);
  return {!is_valid, !fits, !candidate.is_root, candidate.position};
}

/// Who may have issued the last certificate of the path.
std::vector<Candidate> PathSearch::candidates() const {
  const std::string& name = m_path.back().issuer_key();
  std::vector<Candidate> found;
  const auto add = [&](const Certificate& certificate, bool is_root) {
    const auto is_it = [&](const Candidate& other) { return other.certificate == certificate; };
    const auto is_same = [&](const Certificate& other) { return same_holder(other, certificate); };
    if (std::ranges::none_of(found, is_it) && std::ranges::none_of(m_path, is_same))
      found.push_back({certificate, is_root, found.size()});
  };
  for (const Certificate& root : m_query.roots.with_subject(name)) add(root, true);
  for (const Certificate& presented : m_query.chain) {
    if (presented.subject_key() == name) add(presented, false);
  }
  std::ranges::sort(found, {}, [this](const Candidate& candidate) { return order(candidate); });
  return found;
}

void PathSearch::descend(const Certificate& certificate) {
  m_path.push_back(certificate);
  m_levels.push_back({candidates()});
  const bool is_alone = m_path.size() == 1 && certificate.is_self_issued();
  note(m_path.size() * kEachLevel + kNoIssuer,
       {ErrorKind::Untrusted,
        is_alone ? "it is self-signed" : "no path to a trusted CA (issuer " + certificate.issuer() + ")"});
}

/// Fails when there is no work left.
Result<bool> PathSearch::is_signed_by(const Certificate& issuer) {
  const Certificate& certificate = m_path.back();
  const auto is_it = [&](const Checked& checked) {
    return checked.certificate == certificate.handle() && checked.issuer == issuer.handle();
  };
  const auto known = std::ranges::find_if(m_checked, is_it);
  if (known != m_checked.end()) return known->is_signed;
  if (m_checked.size() == kMaxSignatureChecks) return too_much_work();
  const bool is_signed = check_issuer_signature(certificate, issuer).has_value();
  m_checked.push_back({certificate.handle(), issuer.handle(), is_signed});
  return is_signed;
}

/// The rules for a CA above the path so far.
Result<void> PathSearch::check(const Candidate& candidate) {
  const Certificate& certificate = candidate.certificate;
  const auto safely = candidate.is_root ? Result<void>() : check_signed_safely(certificate);
  if (!safely) return fail(refusal(certificate, false, safely.error().message));
  TRY(check_ca(certificate, m_path, candidate.is_root, m_purpose, m_query.now));
  return check_constraints(certificate, m_path);
}

/// True when it may stand above the path so far. Fails when there is no work left.
Result<bool> PathSearch::try_candidate(const Candidate& candidate) {
  const std::size_t progress =
      m_path.size() * kEachLevel + kBadIssuer + (candidate.is_root ? kAtRoot : std::size_t{0});
  if (const auto key = check_path_key(candidate.certificate); !key) {
    note(progress, refusal(candidate.certificate, false, key.error().message));
    return false;
  }
  if (!TRY(is_signed_by(candidate.certificate))) return false;
  m_comparisons += constraint_comparisons(candidate.certificate, m_path);
  if (m_comparisons > kMaxComparisons) return too_much_work();
  if (const auto checked = check(candidate); !checked) {
    note(progress, checked.error());
    return false;
  }
  if (candidate.is_root || m_path.size() + 1 < kMaxPath) return true;
  note(m_path.size() * kEachLevel + kTooLong,
       {ErrorKind::Untrusted, "its chain of certificates is too long"});
  return false;
}

/// Of a path that leads to a root: the user's lists are not worth reading for anybody else's CAs.
Result<void> PathSearch::check_revocation() const {
  for (std::size_t i = 0; m_query.crls != nullptr && i + 1 < m_path.size(); ++i)
    TRY(m_query.crls->check(m_path[i], m_path[i + 1], m_query.now));
  return {};
}

Result<std::vector<Certificate>> PathSearch::run() {
  descend(m_query.chain.front());
  while (!m_levels.empty()) {
    Level& level = m_levels.back();
    if (level.next == level.candidates.size()) {
      m_levels.pop_back();
      m_path.pop_back();
      continue;
    }
    if (++m_tried > kMaxTried) return too_much_work();
    const Candidate candidate = level.candidates[level.next++];
    if (!TRY(try_candidate(candidate))) continue;
    if (!candidate.is_root) {
      descend(candidate.certificate);
      continue;
    }
    m_path.push_back(candidate.certificate);
    const auto unrevoked = check_revocation();
    if (unrevoked) return std::move(m_path);
    note(kAtRoot + m_path.size() * kEachLevel + kBadIssuer, unrevoked.error());
    m_path.pop_back();
  }
  return fail(std::move(*m_error));
}

}  // namespace

Result<std::vector<Certificate>> find_path(const PathQuery& query, Purpose purpose) {
  const Certificate& peer = query.chain.front();
  if (const auto key = check_path_key(peer); !key) return fail(refusal(peer, true, key.error().message));
  const auto same_subject = query.roots.with_subject(peer.subject_key());
  const bool is_root = peer.is_self_issued() && std::ranges::find(same_subject, peer) != same_subject.end();
  const auto safely = is_root ? Result<void>() : check_signed_safely(peer);
  if (!safely) return fail(refusal(peer, true, safely.error().message));
  PathSearch search(query, purpose);
  auto path = is_root ? Result<std::vector<Certificate>>(std::vector<Certificate>{peer}) : search.run();
  const auto checked = check_peer(peer, is_root, purpose, query.now);
  if (!checked && (path || !search.lacks_issuer())) return fail(checked.error());
  return path;
}

}  // namespace tlscore::x509
