// The cheapest first: comparing, then the path to the records' own anchors, then the path to trusted CAs.
#include "tlscore/dns/tlsa_match.h"

#include <algorithm>
#include <vector>

#include "tlscore/dns/tlsa_anchor.h"
#include "tlscore/dns/tlsa_text.h"
#include "tlscore/dns/tlsa_usable.h"
#include "tlscore/x509/digest.h"
#include "tlscore/x509/path.h"

namespace tlscore::dns {
namespace {

using x509::Certificate;
using x509::Path;
using x509::TrustStore;
using Records = std::vector<const TlsaRecord*>;

/// Nothing where no record came near; a Mismatch says why the one that did is not enough.
using Attempt = std::optional<TlsaOutcome>;

constexpr auto kNever = std::chrono::sys_seconds::max();
constexpr std::size_t kMaxChain = 16;
constexpr std::size_t kMaxShownRecords = 4;

bool is_about(const TlsaRecord& record, ByteView selected) {
  switch (record.matching_type) {
    case kFull: return std::ranges::equal(record.data, selected);
    case kSha2_256: return record.data == x509::digest(x509::Hash::Sha256, selected);
    case kSha2_512: return record.data == x509::digest(x509::Hash::Sha512, selected);
    default: return false;
  }
}

bool is_about(const TlsaRecord& record, const Certificate& certificate) {
  return is_about(record, record.selector == kCert ? certificate.der() : certificate.public_key().spki());
}

Records with_usage(const Records& records, TlsaUsage usage) {
  Records chosen;
  std::ranges::copy_if(records, std::back_inserter(chosen),
                       [usage](const TlsaRecord* record) { return record->usage == usage; });
  return chosen;
}

/// The first that is about this certificate, or null.
const TlsaRecord* find_for(const Records& records, const Certificate& certificate) {
  const auto found = std::ranges::find_if(
      records, [&certificate](const TlsaRecord* record) { return is_about(*record, certificate); });
  return found == records.end() ? nullptr : *found;
}

TlsaOutcome match(const TlsaRecord& record, std::string_view what, std::chrono::sys_seconds expires) {
  return {TlsaVerdict::Match, "its TLSA record " + kind_text(record) + " matches " + std::string(what),
          expires};
}

TlsaOutcome near_miss(const TlsaRecord& record, std::string_view what, const Error& error) {
  return {TlsaVerdict::Mismatch,
          "its TLSA record " + kind_text(record) + " " + std::string(what) + ", but " + error.message,
          kNever};
}

/// For either of the two names.
Result<Path> find_path(const TlsaQuery& query, std::span<const Certificate> chain, const TrustStore& roots) {
  auto path = x509::verify_server_path({chain, query.host, query.now, roots, query.crls});
  if (path || query.base_domain.empty() || query.base_domain == query.host) return path;
  auto other = x509::verify_server_path({chain, query.base_domain, query.now, roots, query.crls});
  return other ? other : path;
}

Result<Path> find_path_to(const TlsaQuery& query, std::span<const Certificate> chain,
                          std::vector<Certificate> anchors) {
  return find_path(query, chain, TRY(TrustStore::from_certificates(std::move(anchors))));
}

/// RFC 7671, section 5.1. Without X.509 there is nothing that a selector of 0 could be about.
Attempt match_own_key(const TlsaQuery& query, const Records& records) {
  for (const TlsaRecord* const record : with_usage(records, kDaneEe)) {
    if (!query.chain.empty() && is_about(*record, query.chain.front()))
      return match(*record, record->selector == kCert ? "its certificate" : "its key", kNever);
    if (query.chain.empty() && query.key && record->selector == kSpki && is_about(*record, query.key->spki()))
      return match(*record, "its key", kNever);
  }
  return std::nullopt;
}

/// An anchor, and the record that makes it one.
struct Anchor {
  Certificate certificate;
  const TlsaRecord* record;
};

/// Those that were presented, above the server's own: what DANE-TA says of the server's own counts for
/// nothing.
std::vector<Anchor> presented_anchors(const TlsaQuery& query, const TlsaRecord& record) {
  const Certificate& own = query.chain.front();
  std::vector<Anchor> anchors;
  for (const Certificate& certificate : query.chain.subspan(1)) {
    if (certificate != own && is_about(record, certificate)) anchors.push_back({certificate, &record});
  }
  return anchors;
}

/// Those that the record itself holds.
std::vector<Anchor> held_anchors(const TlsaQuery& query, const TlsaRecord& record) {
  std::vector<Anchor> anchors;
  if (record.matching_type != kFull) return anchors;
  if (record.selector == kCert) {
    auto certificate = Certificate::parse_der(record.data);
    if (certificate && *certificate != query.chain.front())
      anchors.push_back({std::move(*certificate), &record});
  } else if (const auto key = x509::PublicKey::parse_spki(record.data)) {
    for (Certificate& anchor : anchors_of_key(*key, query.chain))
      anchors.push_back({std::move(anchor), &record});
  }
  return anchors;
}

/// What was presented comes first: a CA certificate is held to its dates and limits, a bare key has none.
std::vector<Anchor> find_anchors(const TlsaQuery& query, const Records& records) {
  std::vector<Anchor> anchors;
  for (const TlsaRecord* const record : with_usage(records, kDaneTa)) {
    std::vector<Anchor> found = presented_anchors(query, *record);
    if (found.empty()) found = held_anchors(query, *record);
    std::ranges::move(found, std::back_inserter(anchors));
  }
  return anchors;
}

/// RFC 7671, section 5.2.
Attempt match_own_anchor(const TlsaQuery& query, const Records& records) {
  const std::vector<Anchor> anchors = find_anchors(query, records);
  if (anchors.empty()) return std::nullopt;
  std::vector<Certificate> certificates;
  certificates.reserve(anchors.size());
  for (const Anchor& anchor : anchors) certificates.push_back(anchor.certificate);
  const auto path = find_path_to(query, query.chain, std::move(certificates));
  if (!path) return near_miss(*anchors.front().record, "names a CA", path.error());
  const auto found = std::ranges::find(anchors, path->certificates.back(), &Anchor::certificate);
  if (found == anchors.end() || path->certificates.size() < 2) return std::nullopt;
  return match(*found->record, "the CA " + found->certificate.subject(), path->expires);
}

/// What was presented, and the certificates of PKIX-TA records, which may be missing there: they are not
/// trusted, only used.
std::vector<Certificate> chain_with_records(const TlsaQuery& query, const Records& cas) {
  std::vector<Certificate> chain(query.chain.begin(), query.chain.end());
  for (const TlsaRecord* const record : cas) {
    if (record->selector != kCert || record->matching_type != kFull || chain.size() >= kMaxChain) continue;
    auto certificate = Certificate::parse_der(record->data);
    if (certificate && std::ranges::find(chain, *certificate) == chain.end())
      chain.push_back(std::move(*certificate));
  }
  return chain;
}

Attempt match_ca_of(const Path& path, const Records& cas) {
  for (const Certificate& ca : std::span(path.certificates).subspan(1)) {
    if (const TlsaRecord* const record = find_for(cas, ca))
      return match(*record, "the trusted CA " + ca.subject(), path.expires);
  }
  return std::nullopt;
}

/// RFC 6698, section 2.1.1. Where the path found leads over another CA, there may be one to a root that the
/// records are about.
Attempt match_trusted_ca(const TlsaQuery& query, const Records& cas) {
  const std::vector<Certificate> chain = chain_with_records(query, cas);
  const auto path = find_path(query, chain, query.roots);
  if (!path) return near_miss(*cas.front(), "wants a trusted CA", path.error());
  if (auto matched = match_ca_of(*path, cas)) return matched;
  std::vector<Certificate> roots = query.roots.roots();
  std::erase_if(roots, [&cas](const Certificate& root) { return find_for(cas, root) == nullptr; });
  if (roots.empty()) return std::nullopt;
  const auto other = find_path_to(query, chain, std::move(roots));
  return other ? match_ca_of(*other, cas) : std::nullopt;
}

Attempt match_trusted(const TlsaQuery& query, const Records& records) {
  const Records cas = with_usage(records, kPkixTa);
  Attempt of_ca = cas.empty() ? std::nullopt : match_trusted_ca(query, cas);
  if (of_ca && of_ca->verdict == TlsaVerdict::Match) return of_ca;
  const TlsaRecord* const own = find_for(with_usage(records, kPkixEe), query.chain.front());
  if (own == nullptr) return of_ca;
  const auto path = find_path(query, query.chain, query.roots);
  if (!path) return near_miss(*own, "matches its certificate", path.error());
  return match(*own, "its certificate, which a trusted CA vouches for", path->expires);
}

/// "3 1 1, 2 0 1 and 5 others".
std::string list_kinds(const Records& records) {
  std::string text;
  for (std::size_t i = 0; i < std::min(records.size(), kMaxShownRecords); ++i)
    text += (i > 0 ? ", " : "") + kind_text(*records[i]);
  if (records.size() <= kMaxShownRecords) return text;
  return text + " and " + std::to_string(records.size() - kMaxShownRecords) + " others";
}

TlsaOutcome mismatch(const TlsaQuery& query, const Records& records) {
  if (!query.chain.empty())
    return {TlsaVerdict::Mismatch,
            "what it presented is not what its TLSA records say (" + list_kinds(records) + ")", kNever};
  if (!query.key) return {TlsaVerdict::Mismatch, "it has TLSA records, and presented no certificate", kNever};
  return {TlsaVerdict::Mismatch,
          "it presented an OpenPGP key, and no TLSA record 3 1 x is about that (" + list_kinds(records) + ")",
          kNever};
}

TlsaOutcome none_usable(std::span<const TlsaRecord> records) {
  if (records.empty()) return {TlsaVerdict::NoneUsable, "it has no TLSA records", kNever};
  const TlsaRecord& first = records.front();
  return {TlsaVerdict::NoneUsable,
          "none of its TLSA records can be used (" + kind_text(first) + ": " +
              why_unusable(first).value_or("it does not count") + ")",
          kNever};
}

}  // namespace

TlsaOutcome match_tlsa(std::span<const TlsaRecord> records, const TlsaQuery& query) {
  const Records counting = records_that_count(records);
  if (counting.empty()) return none_usable(records);
  if (auto matched = match_own_key(query, counting)) return *matched;
  Attempt closest;
  if (!query.chain.empty()) {
    closest = match_own_anchor(query, counting);
    if (closest && closest->verdict == TlsaVerdict::Match) return *closest;
    auto trusted = match_trusted(query, counting);
    if (trusted && trusted->verdict == TlsaVerdict::Match) return *trusted;
    if (!closest) closest = std::move(trusted);
  }
  return closest.value_or(mismatch(query, counting));
}

}  // namespace tlscore::dns
