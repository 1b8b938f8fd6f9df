// Rules from the most specific to the most obliging.
#include "tlscore/token/key_selection.h"

#include <algorithm>
#include <vector>

#include "tlscore/base/log.h"
#include "tlscore/token/pkcs11_uri.h"
#include "tlscore/x509/certificate.h"

namespace tlscore::token {
namespace {

using Keys = std::vector<const KeyInfo*>;

constexpr std::size_t kFingerprintDigits = 64;

bool is_fingerprint(std::string_view text) {
  return text.size() == kFingerprintDigits && from_hex(text).has_value();
}

std::string list_of(const Keys& keys) {
  std::string text;
  for (const KeyInfo* key : keys) {
    if (!text.empty()) text += ", ";
    text += '"' + printable(key->label) + "\" (id " + to_hex(key->id) + ", " + key->public_key.describe() +
            ", " + key->fingerprint + ")";
  }
  return text;
}

template <class Fits>
Keys those(std::span<const KeyInfo> keys, Fits fits) {
  Keys found;
  for (const KeyInfo& key : keys) {
    if (fits(key)) found.push_back(&key);
  }
  return found;
}

Result<const KeyInfo*> only_one(const Keys& fitting, std::string_view selection) {
  if (fitting.size() == 1) return fitting.front();
  if (fitting.empty()) return fail(ErrorKind::NotFound, "the token has no key " + printable(selection));
  return fail(ErrorKind::Refused, "several keys fit; name one by its fingerprint: " + list_of(fitting));
}

bool has_client_certificate(const KeyInfo& key) {
  if (!key.certificate) return false;
  const auto certificate = x509::Certificate::parse_der(*key.certificate);
  return certificate && certificate->allows(x509::Purpose::ClientAuth);
}

Result<const KeyInfo*> select_automatically(std::span<const KeyInfo> keys, const TokenInfo& token) {
  const Keys certified = those(keys, has_client_certificate);
  if (certified.size() == 1) return certified.front();
  if (token.label.starts_with("OpenPGP")) {
    const Keys authentication = those(keys, [](const KeyInfo& key) { return key.id == Bytes{0x03}; });
    if (authentication.size() == 1) return authentication.front();
  }
  const Keys all = those(keys, [](const KeyInfo&) { return true; });
  if (all.empty())
    return fail(ErrorKind::NotFound, "the token has no key that can sign (RSA, P-256 or P-384)");
  return only_one(certified.empty() ? all : certified, "auto");
}

}  // namespace

Result<const KeyInfo*> select_key(std::span<const KeyInfo> keys, const TokenInfo& token,
                                  std::string_view selection) {
  if (selection.empty() || selection == "auto") return select_automatically(keys, token);
  if (is_pkcs11_uri(selection)) {
    Keys named;
    for (const KeyInfo& key : keys) {
      if (TRY(uri_names(selection, key.uri))) named.push_back(&key);
    }
    return only_one(named, selection);
  }
  const Keys exact = those(keys, [&](const KeyInfo& key) {
    return key.label == selection || (is_fingerprint(selection) && key.fingerprint == to_lower(selection));
  });
  return only_one(exact, selection);
}

}  // namespace tlscore::token
