// From the device to the certificate.
#include "proxy/doctor_token.h"

#include <algorithm>

#include "openpgp-auth/agent_keys.h"
#include "proxy/doctor_check.h"
#include "proxy/doctor_openpgp.h"
#include "proxy/token_places.h"
#include "proxy/token_watch.h"
#include "tlscore/base/log.h"
#include "tlscore/token/gnupg_settings.h"
#include "tlscore/x509/date.h"

namespace proxy {
namespace {

using namespace tlscore;
using nlohmann::json;

/// GnuPG does the signing.
bool through_gnupg(const DoctorFacts& facts) {
  return facts.config && facts.config->token.module == openpgp_auth::kAgentModule;
}

/// The token is looked for through PC/SC.
bool uses_cards(const DoctorFacts& facts) {
  return facts.config && (facts.config->token.module == "auto" ||
                          (through_gnupg(facts) && facts.config->token.device != "none"));
}

Diagnosis no_configuration() {
  return result(Verdict::Skipped, "which token is meant stands in the configuration, which cannot be read");
}

Diagnosis no_card(const DoctorFacts& facts) {
  if (!facts.config) return no_configuration();
  return result(Verdict::Skipped, "the configured token is no smart card");
}

TokenPlaces places_of(const DoctorFacts& facts) {
  TokenPlaces places(token_source(facts.config->token));
  places.see_readers(facts.readers);
  if (facts.usb) places.see_usb(*facts.usb);
  return places;
}

bool is_armed(const DoctorFacts& facts) {
  return facts.status && facts.status->value("armed", false);
}

}  // namespace

Diagnosis check_udev(const DoctorFacts& facts) {
  if (!facts.config) return no_configuration();
  if (token_source(facts.config->token) == TokenSource::Readers)
    return result(Verdict::Skipped, "the configuration says that the token is no USB device");
  if (facts.config->token.module == "soft")
    return result(Verdict::Skipped, "the software token is no USB device");
  if (!facts.usb)
    return result(Verdict::Problem, printable(facts.usb.error().message),
                  "see whether systemd-udevd runs: without it nobody tells of tokens that come and go");
  if (facts.usb->empty())
    return result(Verdict::Warning, "udev sees no token and no card reader",
                  "plug it in; a reader that is no USB device wants token.device = \"none\"");
  std::string seen;
  for (const udev::UsbToken& token : *facts.usb) seen += (seen.empty() ? "" : ", ") + udev::describe(token);
  return result(Verdict::Ok, "udev sees " + seen);
}

Diagnosis check_pcscd(const DoctorFacts& facts) {
  if (!uses_cards(facts)) return no_card(facts);
  if (facts.readers.service) return result(Verdict::Ok, "pcscd answers");
  if (!facts.pcscd_installed)
    return result(Verdict::Problem, "pcscd is not installed", "run `sudo apt install pcscd`");
  return result(
      Verdict::Problem, "pcscd is installed, but does not answer",
      "run `sudo systemctl enable --now pcscd.socket`; if it hangs, `sudo systemctl restart pcscd`");
}

Diagnosis check_readers(const DoctorFacts& facts) {
  if (!uses_cards(facts)) return no_card(facts);
  if (!facts.readers.service) return result(Verdict::Skipped, "without pcscd no reader is seen");
  const TokenPlaces places = places_of(facts);
  if (const udev::UsbToken* unseen = places.unseen_reader()) {
    const std::string says = "pcscd does not see the reader " + udev::describe(*unseen);
    if (facts.usb_holders.empty())
      return result(
          Verdict::Problem, says,
          "install its driver (mostly the package libccid), then plug it in again; where it has worked "
          "before, run `sudo systemctl restart pcscd`");
    return result(Verdict::Problem, says + ": " + token::describe(facts.usb_holders) + " has it open",
                  token::how_gnupg_shares() + ", and plug the token in again");
  }
  for (const TokenPlace& place : places.in()) {
    if (place.held && !through_gnupg(facts))
      return result(Verdict::Problem,
                    place.text + ": " + token::describe(place.holders) + " has the card for itself alone",
                    token::how_gnupg_shares());
  }
  if (!places.in().empty()) return result(Verdict::Ok, "there is a card in " + places.in().front().text);
  if (facts.readers.readers.empty())
    return result(Verdict::Problem, "pcscd has no reader", "plug the token or the reader in");
  if (places.why_none().empty())
    return result(Verdict::Problem, "no reader of pcscd's is a USB device that udev knows",
                  "set token.device = \"none\" to use a reader that is no USB device");
  return result(Verdict::Problem, places.why_none(), "put the card into the reader");
}

Diagnosis check_gnupg(const DoctorFacts& facts) {
  if (through_gnupg(facts))
    return facts.gnupg_in_use ? result(Verdict::Ok, "GnuPG signs, and may have the card for itself alone")
                              : result(Verdict::Problem, "GnuPG is to sign, and is not set up here",
                                       "run `sudo apt install gnupg scdaemon`, then `gpg --card-status`");
  if (!uses_cards(facts)) return no_card(facts);
  if (!facts.gnupg_in_use)
    return result(Verdict::Skipped, "GnuPG is not set up here, so nobody else wants the card");
  const auto missing = token::missing_sharing_lines(facts.scdaemon_conf);
  if (missing.empty()) return result(Verdict::Ok, "GnuPG's scdaemon is told to share the card");
  std::string lines;
  for (const std::string& line : missing) lines += (lines.empty() ? "`" : " and `") + line + "`";
  return result(Verdict::Warning,
                "GnuPG's scdaemon will want the card for itself alone: " + printable(facts.gnupg_home) +
                    "/scdaemon.conf lacks " + lines,
                token::how_gnupg_shares());
}

Diagnosis check_token(const DoctorFacts& facts) {
  if (!facts.status) return result(Verdict::Skipped, "the daemon does not run, so no token is open");
  const json token = member(*facts.status, "token");
  const std::string state = text(token, "state");
  const std::string reason = text(token, "reason");
  std::string label = text(token, "label");
  if (label.empty()) label = "the token";
  if (state == "armed") {
    const bool file_key = member(token, "file_key") == true;
    return result(Verdict::Ok, label + " is armed" + (file_key ? " (file key, no protection)" : ""));
  }
  if (state == "waits-for-pin" || state == "locked")
    return result(Verdict::Warning, label + " wants its PIN" + (reason.empty() ? "" : ": " + reason),
                  "run `latchkey unlock`");
  if (state == "opening") return result(Verdict::Warning, "the token is being opened", "wait a moment");
  if (state == "absent")
    return result(Verdict::Problem, reason.empty() ? "no token is plugged in" : reason, "insert your token");
  if (!member(token, "held_by").empty())
    return result(Verdict::Problem, "the token cannot be opened: another program has it", "see \"readers\"");
  return result(Verdict::Problem, "the token cannot be used: " + reason,
                "pull it out and insert it again, or run `latchkey unlock`");
}

Diagnosis check_pin_tries(const DoctorFacts& facts) {
  if (!facts.status) return result(Verdict::Skipped, "the daemon does not run, so no token is open");
  const std::string tries = text(member(*facts.status, "token"), "pin_tries");
  if (tries == "few")
    return result(Verdict::Warning, "a wrong PIN was entered since the last right one: few tries are left",
                  "enter the PIN with care: the right one gives all tries back");
  if (tries == "one")
    return result(Verdict::Warning, "one try is left before the token locks",
                  "run `latchkey unlock --final-try` only if you are sure of the PIN");
  if (tries == "none")
    return result(
        Verdict::Problem, "the PIN is locked",
        "unblock it with the token's own tool; for an OpenPGP card `gpg --card-edit`, admin, passwd");
  return result(Verdict::Ok, "the token reports no shortage of PIN tries");
}

Diagnosis check_keys(const DoctorFacts& facts) {
  if (!is_armed(facts)) return result(Verdict::Skipped, "keys are known while a token is armed");
  for (const json& party : member(*facts.status, "parties")) {
    if (text(party, "identity") == "none" || !text(party, "key").empty()) continue;
    const json hosts = member(party, "hosts");
    const std::string host = hosts.empty() ? "" : hosts[0].get<std::string>();
    return result(Verdict::Problem, "the party " + host + " has no key: " + text(party, "key_problem"),
                  "insert the token that holds it, or name another key as the party's identity "
                  "(`latchkey token list`)");
  }
  return result(Verdict::Ok, "the key of every party is there");
}

Diagnosis check_certificates(const DoctorFacts& facts) {
  if (!is_armed(facts)) return result(Verdict::Skipped, "certificates are known while a token is armed");
  std::string until;
  for (const json& key : keys_in_use(*facts.status)) {
    const std::string of = "the key " + text(key, "fingerprint").substr(0, 16);
    const auto end = x509::parse_rfc3339(text(key, "certificate_until"));
    if (!end && good_openpgp(facts, text(key, "fingerprint")) != nullptr) continue;
    if (!end)
      return result(Verdict::Problem, of + " has no certificate that is valid",
                    "run `latchkey token enroll`");
    if (*end < facts.now + kExpiresSoon)
      return result(
          Verdict::Warning, "the certificate of " + of + " expires on " + x509::to_date(*end),
          "get a new one from whoever issued it, or run `latchkey token enroll` for a self-signed one");
    until += (until.empty() ? "" : ", ") + of + " until " + x509::to_date(*end);
  }
  if (until.empty())
    return result(Verdict::Skipped,
                  "no party is shown an X.509 certificate but envelopes, which renew themselves");
  return result(Verdict::Ok, "there is a certificate for " + until);
}

}  // namespace proxy
