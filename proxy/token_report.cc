// Two renderings of one listing.
#include "proxy/token_report.h"

#include <nlohmann/json.hpp>
#include <optional>

#include "tlscore/base/log.h"
#include "tlscore/token/own_certificate.h"
#include "tlscore/x509/date.h"

namespace proxy {
namespace {

using nlohmann::json;
using tlscore::printable;
using tlscore::to_hex;
using tlscore::token::KeyInfo;
using tlscore::token::PinTries;
using tlscore::token::TokenInfo;
using tlscore::x509::SignatureScheme;
using OpenPgp = tlscore::Result<openpgp_auth::OwnCertificate>;

constexpr SignatureScheme kSchemes[] = {SignatureScheme::RsaPkcs1, SignatureScheme::RsaPss,
                                        SignatureScheme::Ecdsa, SignatureScheme::Ed25519};

std::string_view name_of(PinTries tries) {
  switch (tries) {
    case PinTries::Enough: return "enough";
    case PinTries::Few: return "few";
    case PinTries::One: return "one";
    case PinTries::None: return "locked";
  }
  return "enough";
}

std::vector<std::string> schemes_of(const KeyInfo& key) {
  std::vector<std::string> names;
  for (const SignatureScheme scheme : kSchemes) {
    if (key.mechanisms.has(scheme)) names.emplace_back(to_string(scheme));
  }
  return names;
}

json certificate_as_json(const KeyInfo& key, const std::string& folder) {
  const auto certificate = find_own_certificate(key, folder);
  if (!certificate) return nullptr;
  return {
      {"subject", printable(certificate->subject())},
      {"not_after", tlscore::x509::to_rfc3339(certificate->not_after())},
      {"sha256", to_hex(certificate->sha256())},
      {"on_token", key.certificate == tlscore::Bytes(certificate->der().begin(), certificate->der().end())}};
}

/// What was found for this key.
OpenPgp openpgp_of(const TokenListings& listings, const KeyInfo& key) {
  const auto found = listings.openpgp.find(key.fingerprint);
  if (found == listings.openpgp.end())
    return tlscore::fail(tlscore::ErrorKind::NotFound, "the keyring was not asked");
  return found->second;
}

json openpgp_as_json(const OpenPgp& openpgp) {
  if (!openpgp) return nullptr;
  return {{"fingerprint", openpgp->primary.to_hex()},
          {"user_id", printable(openpgp->user_id)},
          {"expires", openpgp->expires ? json(tlscore::x509::to_rfc3339(*openpgp->expires)) : json()}};
}

std::string openpgp_as_text(const OpenPgp& openpgp) {
  if (!openpgp) return "none (" + printable(openpgp.error().message) + ")\n";
  const std::string until = openpgp->expires ? ", until " + tlscore::x509::to_date(*openpgp->expires) : "";
  return openpgp->primary.to_hex() + ", " + printable(openpgp->user_id) + until + "\n";
}

json key_as_json(const KeyInfo& key, const TokenListings& listings, const std::string& folder) {
  const OpenPgp openpgp = openpgp_of(listings, key);
  return {{"id", to_hex(key.id)},
          {"label", printable(key.label)},
          {"type", key.public_key.describe()},
          {"fingerprint", key.fingerprint},
          {"uri", key.uri},
          {"schemes", schemes_of(key)},
          {"always_authenticate", key.always_authenticate},
          {"certificate", certificate_as_json(key, folder)},
          {"openpgp", openpgp_as_json(openpgp)},
          {"openpgp_problem", openpgp ? json() : json(printable(openpgp.error().message))}};
}

json token_as_json(const TokenListing& listing, const TokenListings& all, const std::string& folder) {
  const TokenInfo& token = listing.token;
  json keys = json::array();
  if (listing.keys) {
    for (const KeyInfo& key : *listing.keys) keys.push_back(key_as_json(key, all, folder));
  }
  return {{"label", printable(token.label)},
          {"serial", printable(token.serial)},
          {"manufacturer", printable(token.manufacturer)},
          {"model", printable(token.model)},
          {"reader", printable(token.reader)},
          {"uri", token.uri},
          {"hardware", token.hardware},
          {"initialized", token.initialized},
          {"pin_tries", name_of(token.pin_tries)},
          {"pin_pad", token.pin_pad},
          {"error", listing.keys ? json() : json(printable(listing.keys.error().message))},
          {"keys", std::move(keys)}};
}

std::string key_as_text(const KeyInfo& key, const TokenListings& listings, const std::string& folder) {
  std::string text =
      "  key " + to_hex(key.id) + " \"" + printable(key.label) + "\", " + key.public_key.describe();
  for (const std::string& scheme : schemes_of(key)) text += ", " + scheme;
  text += "\n    fingerprint  " + key.fingerprint + "\n    certificate  ";
  const auto certificate = find_own_certificate(key, folder);
  if (certificate) {
    text += printable(certificate->subject()) + ", until " +
            tlscore::x509::to_date(certificate->not_after()) + "\n";
  } else {
    text += "none (" + printable(certificate.error().message) + ")\n";
  }
  text += "    OpenPGP      " + openpgp_as_text(openpgp_of(listings, key));
  return text;
}

std::string token_as_text(const TokenListing& listing, const TokenListings& all, const std::string& folder) {
  const TokenInfo& token = listing.token;
  std::string text = printable(token.label) + "  (serial number " + printable(token.serial) + ", " +
                     printable(token.manufacturer) + ")\n";
  text += "  " + token.uri + "\n";
  if (!token.hardware) text += "  file key, no protection\n";
  if (token.pin_tries != PinTries::Enough) text += "  " + std::string(describe(token.pin_tries)) + "\n";
  if (!listing.keys)
    return text + "  its keys cannot be listed: " + printable(listing.keys.error().message) + "\n";
  for (const KeyInfo& key : *listing.keys) text += key_as_text(key, all, folder);
  if (listing.keys->empty()) text += "  no key that can sign is visible without the PIN\n";
  return text;
}

json held_as_json(const HeldToken& held) {
  json holders = json::array();
  for (const auto& holder : held.holders)
    holders.push_back({{"pid", holder.pid}, {"name", printable(holder.name)}});
  return {{"reader", printable(held.reader)},
          {"held_by", std::move(holders)},
          {"reason", tlscore::token::held_sentence(held.holders)}};
}

}  // namespace

std::string tokens_as_text(const TokenListings& listings, const std::string& certificate_folder) {
  if (listings.tokens.empty() && listings.held.empty()) return "no token is there; plug it in\n";
  std::string text;
  for (const TokenListing& listing : listings.tokens)
    text += (text.empty() ? "" : "\n") + token_as_text(listing, listings, certificate_folder);
  for (const HeldToken& held : listings.held)
    text += (text.empty() ? "" : "\n") + printable(held.reader) +
            "\n  cannot be opened: " + tlscore::token::held_sentence(held.holders) + "\n";
  return text;
}

std::string tokens_as_json(const TokenListings& listings, const std::string& certificate_folder) {
  json list = json::array();
  for (const TokenListing& listing : listings.tokens)
    list.push_back(token_as_json(listing, listings, certificate_folder));
  json held = json::array();
  for (const HeldToken& each : listings.held) held.push_back(held_as_json(each));
  return json{{"tokens", std::move(list)}, {"held", std::move(held)}}.dump(2) + "\n";
}

}  // namespace proxy
