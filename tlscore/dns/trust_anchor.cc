// ldns reads the text; keys are turned into the DS that names them.
#include "tlscore/dns/trust_anchor.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "tlscore/dns/ldns_handles.h"
#include "tlscore/dns/signature.h"

namespace tlscore::dns {
namespace {

using File = CHandle<std::FILE, std::fclose>;

constexpr std::size_t kMaxBytes = 65536;

/// What ldns keeps between two lines of a file. It takes null for "not wanted", and then falls over an
/// $ORIGIN.
struct ZoneState {
  ZoneState() = default;
  ZoneState(const ZoneState&) = delete;
  ZoneState& operator=(const ZoneState&) = delete;
  ZoneState(ZoneState&&) = delete;
  ZoneState& operator=(ZoneState&&) = delete;
  ~ZoneState() {
    ldns_rdf_deep_free(origin);
    ldns_rdf_deep_free(previous_owner);
  }

  std::uint32_t ttl = 0;
  ldns_rdf* origin = nullptr;
  ldns_rdf* previous_owner = nullptr;
};

Result<Record> read_anchor(ldns_rr& record) {
  LdnsRecord made;
  if (ldns_rr_get_type(&record) == LDNS_RR_TYPE_DNSKEY) made.reset(ldns_key_rr2ds(&record, LDNS_SHA256));
  auto ds = from_ldns(made ? *made : record);
  if (!ds || !read_ds(*ds) || !ds->owner.is_root() || ldns_rr_get_class(&record) != LDNS_RR_CLASS_IN) {
    return fail(ErrorKind::Malformed, "the trust anchor holds a record that is no DS or DNSKEY of the root");
  }
  return *std::move(ds);
}

/// May it lead to keys that we can use?
bool is_supported(const Record& ds) {
  const auto fields = read_ds(ds);
  return fields && is_supported_algorithm(fields->algorithm) && is_supported_digest(fields->digest_type);
}

}  // namespace

Result<TrustAnchor> parse_trust_anchor(std::string_view text) {
  std::string copy(text);
  copy += '\n';
  const File file(::fmemopen(copy.data(), copy.size(), "r"));
  if (!file) return fail(ErrorKind::Internal, "no memory for the trust anchor");
  TrustAnchor anchor;
  ZoneState state;
  while (std::feof(file.get()) == 0) {
    ldns_rr* made = nullptr;
    int line = 0;
    const ldns_status status =
        ldns_rr_new_frm_fp_l(&made, file.get(), &state.ttl, &state.origin, &state.previous_owner, &line);
    const LdnsRecord record(status == LDNS_STATUS_OK ? made : nullptr);
    if (status == LDNS_STATUS_SYNTAX_EMPTY || status == LDNS_STATUS_SYNTAX_TTL) continue;
    if (!record) {
      return fail(ErrorKind::Malformed,
                  std::string("the trust anchor cannot be read: ") + ldns_get_errorstr_by_id(status));
    }
    anchor.ds.push_back(TRY(read_anchor(*record)));
  }
  if (anchor.ds.empty()) return fail(ErrorKind::Malformed, "the trust anchor is empty");
  if (std::ranges::none_of(anchor.ds, is_supported)) {
    return fail(ErrorKind::Unsupported, "the trust anchor is of an algorithm that is not supported");
  }
  return anchor;
}

Result<TrustAnchor> load_trust_anchor(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorKind::NotFound, "the trust anchor " + path + " cannot be read");
  std::string text(kMaxBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMaxBytes) return fail(ErrorKind::TooLarge, "the trust anchor " + path + " is too long");
  auto anchor = parse_trust_anchor(text);
  if (!anchor) return fail(path, anchor.error());
  return anchor;
}

}  // namespace tlscore::dns
