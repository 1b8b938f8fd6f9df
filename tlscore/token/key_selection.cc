// Rules from the most specific to the most obliging.
#include "tlscore/token/key_selection.h"

#include <algorithm>
#include <iterator>
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

template <class Fits>
Keys those(const Keys& keys, Fits fits) {
  Keys found;
  std::ranges::copy_if(keys, std::back_inserter(found), [&](const KeyInfo* key) { return fits(*key); });
  return found;
}

/// All keys but that of `uri`, if there is one.
Result<Keys> without(std::span<const KeyInfo> keys, std::string_view uri) {
  Keys rest;
  for (const KeyInfo& key : keys) {
    if (uri.empty() || !TRY(uri_names(uri, key.uri))) rest.push_back(&key);
  }
  return rest;
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

Result<const KeyInfo*> select_automatically(const Keys& all, const TokenInfo& token) {
  const Keys certified = those(all, has_client_certificate);
  if (certified.size() == 1) return certified.front();
  if (token.label.starts_with("OpenPGP")) {
    const Keys authentication = those(all, [](const KeyInfo& key) { return key.id == Bytes{0x03}; });
    if (authentication.size() == 1) return authentication.front();
  }
  if (all.empty())
    return fail(ErrorKind::NotFound, "the token has no key that can sign (RSA, P-256 or P-384)");
  return only_one(certified.empty() ? all : certified, "auto");
}

}  // namespace

Result<const KeyInfo*> select_key(std::span<const KeyInfo> keys, const TokenInfo& token,
                                  std::string_view selection, std::string_view not_by_itself) {
  if (selection.empty() || selection == "auto")
    return select_automatically(TRY(without(keys, not_by_itself)), token);
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
