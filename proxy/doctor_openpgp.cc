// From GnuPG to the certificate of each key.
#include "proxy/doctor_openpgp.h"

#include <algorithm>

#include "openpgp-auth/gnupg_version.h"
#include "proxy/doctor_check.h"
#include "tlscore/base/log.h"
#include "tlscore/x509/date.h"

namespace proxy {
namespace {

using namespace tlscore;
using nlohmann::json;

std::string named(const OpenPgpState& state) {
  return state.fingerprint + " (" + printable(state.user_id) + ")";
}

std::string extend(const OpenPgpState& state) {
  return "run `gpg --quick-set-expire " + state.fingerprint +
         " 1y` (and again with `'*'` behind it, for its subkeys), then give it to those who know the old one";
}

/// Of a key without any certificate: whether it has an X.509 one, or nothing at all, another check says.
Diagnosis without_certificate(const json& key) {
  return result(Verdict::Skipped,
                "the key " + text(key, "fingerprint").substr(0, 16) +
                    " is in no OpenPGP certificate of your keyring, so that no party knows you by one; if it "
                    "should be, `gpg --import` your public key");
}

/// Of a key whose certificates are all bad.
Diagnosis with_bad_one(const OpenPgpState& state) {
  if (state.revoked)
    return result(
        Verdict::Problem,
        "your OpenPGP certificate " + named(state) +
            ", or the token's key in it, is revoked: whoever knows that refuses it",
        "put a key of another certificate on the token, or take `openpgp` out of the parties' `auth`");
  if (state.expired)
    return result(Verdict::Problem,
                  "your OpenPGP certificate " + named(state) + ", or the token's key in it, expired" +
                      (state.expires ? " on " + x509::to_date(*state.expires) : "") + ": no party takes it",
                  extend(state));
  return result(Verdict::Problem,
                "GnuPG does not find the token's key well bound in your OpenPGP certificate " + named(state),
                "see `gpg --check-sigs " + state.fingerprint + "`, and import a whole copy of it");
}

}  // namespace

json keys_in_use(const json& status) {
  json found = json::array();
  for (const json& token : status.value("tokens", json::array())) {
    for (const json& key : token.value("keys", json::array())) {
      const auto uses = [&](const json& party) { return text(party, "key") == text(key, "fingerprint"); };
      if (std::ranges::any_of(status.value("parties", json::array()), uses)) found.push_back(key);
    }
  }
  return found;
}

const OpenPgpState* good_openpgp(const DoctorFacts& facts, const std::string& key) {
  const auto found = facts.openpgp.find(key);
  if (found == facts.openpgp.end() || !found->second) return nullptr;
  const auto state = std::ranges::find_if(*found->second, &OpenPgpState::good);
  return state == found->second->end() ? nullptr : &*state;
}

Diagnosis check_openpgp(const DoctorFacts& facts) {
  if (!facts.gnupg_version)
    return result(Verdict::Warning,
                  "GnuPG is not installed: no party is known by its OpenPGP key, and none knows you by yours",
                  "run `sudo apt install gnupg`");
  if (!openpgp_auth::is_at_least(*facts.gnupg_version, openpgp_auth::kOldestGnupg))
    return result(Verdict::Warning,
                  "GnuPG " + printable(*facts.gnupg_version) + " is too old to be relied on: " +
                      std::string(openpgp_auth::kOldestGnupg) + " is the oldest that was tried",
                  "install a newer one");
  if (!facts.status || !facts.status->value("armed", false))
    return result(Verdict::Skipped, "which OpenPGP key is yours is known while a token is armed");
  std::string good;
  std::optional<Diagnosis> none;
  for (const json& key : keys_in_use(*facts.status)) {
    const auto found = facts.openpgp.find(text(key, "fingerprint"));
    if (found == facts.openpgp.end()) continue;
    if (!found->second)
      return result(Verdict::Problem,
                    "your keyring cannot be asked: " + printable(found->second.error().message),
                    "see what `gpg --list-keys` says");
    const OpenPgpState* const state = good_openpgp(facts, text(key, "fingerprint"));
    if (state == nullptr && !found->second->empty()) return with_bad_one(found->second->front());
    if (state == nullptr) {
      none = without_certificate(key);
      continue;
    }
    if (state->expires && *state->expires < facts.now + kExpiresSoon)
      return result(Verdict::Warning,
                    "your OpenPGP certificate " + named(*state) + ", or the token's key in it, expires on " +
                        x509::to_date(*state->expires) + ": from then on no party takes it",
                    extend(*state));
    good += (good.empty() ? "" : ", ") + named(*state);
  }
  if (none) return *none;
  if (good.empty()) return result(Verdict::Skipped, "no party is shown a key");
  return result(Verdict::Ok, "parties know you by " + good);
}

}  // namespace proxy
