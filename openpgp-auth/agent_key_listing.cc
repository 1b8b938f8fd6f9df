// scdaemon's status lines for the card; GPGME's listing of secret keys for the disk.
#include "openpgp-auth/agent_key_listing.h"

#include <algorithm>
#include <array>

#include "openpgp-auth/agent_octets.h"
#include "openpgp-auth/gpgme_context.h"
#include "tlscore/token/pkcs11_uri.h"
#include "tlscore/x509/certificate.h"

namespace openpgp_auth {

using tlscore::Bytes;
using tlscore::ByteView;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;
using tlscore::token::KeyInfo;
using tlscore::token::PinTries;
using tlscore::token::TokenInfo;
using tlscore::x509::PublicKey;

namespace {

constexpr std::string_view kOpenPgpCards = "D276000124";  // the application's identifier begins with it
constexpr std::string_view kAuthenticationSlot = "OPENPGP.3";
constexpr std::uint8_t kAuthenticationId = 3;  // as OpenSC has it
constexpr std::size_t kGripDigits = 40;
constexpr std::size_t kMaxKeys = 256;

bool is_hexadecimal(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
  });
}

/// The word of that number, from 0.
std::string_view word(std::string_view line, std::size_t number) {
  for (; number > 0; --number) {
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) return {};
    line.remove_prefix(space + 1);
  }
  return line.substr(0, line.find(' '));
}

tlscore::token::TokenName name_of(const TokenInfo& token) {
  return {
      .label = token.label, .manufacturer = token.manufacturer, .model = token.model, .serial = token.serial};
}

/// CHV-STATUS has seven numbers: what the user's PIN is for, three lengths, and the tries left of three PINs.
PinTries tries_in(const std::string* status) {
  constexpr std::size_t kUsersTries = 4;
  std::string text = status == nullptr ? "" : *status;
  std::ranges::replace(text, '+', ' ');
  while (text.starts_with(' ')) text.erase(0, 1);
  const std::string_view tries = word(text, kUsersTries);
  if (tries == "0") return PinTries::None;
  if (tries == "1") return PinTries::One;
  return tries == "2" ? PinTries::Few : PinTries::Enough;
}

KeyInfo describe_key(const TokenInfo& token, PublicKey key, Bytes id, std::string label) {
  const auto type = key.type();
  std::string fingerprint = tlscore::to_hex(key.spki_sha256());
  std::string uri = tlscore::token::make_key_uri(name_of(token), id, label);
  KeyInfo info{.id = std::move(id),
               .label = std::move(label),
               .public_key = std::move(key),
               .fingerprint = std::move(fingerprint),
               .uri = std::move(uri),
               .mechanisms = {},
               .always_authenticate = false,
               .unlocked = true,
               .certificate = std::nullopt};
  // Never RSA-PSS: GnuPG 2.2 takes the option for it, and signs PKCS#1 v1.5.
  info.mechanisms.rsa_pkcs1 = type == PublicKey::Type::Rsa;
  info.mechanisms.ecdsa = type == PublicKey::Type::EcP256 || type == PublicKey::Type::EcP384;
  info.mechanisms.ed25519 = type == PublicKey::Type::Ed25519;
  return info;
}

/// The certificate that the card has for its authentication key. None is no failure.
std::optional<Bytes> card_certificate(AgentConnection& agent, const PublicKey& key) {
  const auto answer = agent.ask("SCD READCERT " + std::string(kAuthenticationSlot), "reading a certificate");
  if (!answer) return std::nullopt;
  const auto certificate = tlscore::x509::Certificate::parse_der(answer->data);
  if (!certificate || certificate->public_key() != key) return std::nullopt;
  return Bytes(certificate->der().begin(), certificate->der().end());
}

bool may_authenticate(const _gpgme_subkey& subkey) {
  return subkey.can_authenticate != 0 && subkey.secret != 0 && subkey.is_cardkey == 0 &&
         subkey.revoked == 0 && subkey.expired == 0 && subkey.disabled == 0 && subkey.invalid == 0 &&
         subkey.keygrip != nullptr;
}

struct Found {
  std::string grip;
  std::string user_id;
};

Result<std::vector<Found>> find_on_disk() {
  gpgme_ctx_t raw = nullptr;
  if (::gpgme_new(&raw) != 0) return fail(ErrorKind::Internal, "GPGME does not start");
  const tlscore::CHandle<gpgme_context, gpgme_release> context(raw);
  ::gpgme_set_offline(raw, 1);
  ::gpgme_set_keylist_mode(raw, GPGME_KEYLIST_MODE_LOCAL | GPGME_KEYLIST_MODE_WITH_KEYGRIP);
  auto error = ::gpgme_op_keylist_start(raw, nullptr, 1);
  std::vector<Found> found;
  while (error == 0 && found.size() < kMaxKeys) {
    gpgme_key_t listed = nullptr;
    error = ::gpgme_op_keylist_next(raw, &listed);
    if (error != 0) break;
    const GpgmeKey key(listed);
    if (key->revoked != 0 || key->expired != 0 || key->disabled != 0) continue;
    const bool named = key->uids != nullptr && key->uids->uid != nullptr;
    for (const auto* subkey = key->subkeys; subkey != nullptr; subkey = subkey->next) {
      if (may_authenticate(*subkey)) found.push_back({subkey->keygrip, named ? key->uids->uid : ""});
    }
  }
  if (error != 0 && ::gpgme_err_code(error) != GPG_ERR_EOF)
    return fail(ErrorKind::Internal,
                std::string("the secret keys cannot be listed: ") + ::gpgme_strerror(error) + " (gpg)");
  return found;
}

}  // namespace

Result<TokenInfo> agent_card(AgentConnection& agent) {
  const AgentAnswer opened = TRY(agent.ask("SCD SERIALNO", "looking for a card"));
  const std::string* told = opened.find("SERIALNO");
  const std::string number(told == nullptr ? std::string_view() : word(*told, 0));
  constexpr std::size_t kDigits = 32;
  if (number.size() != kDigits || !number.starts_with(kOpenPgpCards) || !is_hexadecimal(number))
    return fail(ErrorKind::Unsupported, "the card is no OpenPGP card");
  const AgentAnswer tries = TRY(agent.ask("SCD GETATTR CHV-STATUS", "looking at the card"));
  TokenInfo card;
  card.label = "OpenPGP card";
  card.manufacturer = "GnuPG";
  card.model = "gpg-agent";
  card.serial = tlscore::to_lower(number.substr(16, 12));  // manufacturer and number
  card.reader = number;
  card.hardware = true;
  card.initialized = true;
  card.login_required = true;
  card.pin_tries = tries_in(tries.find("CHV-STATUS"));
  card.uri = tlscore::token::make_token_uri(name_of(card));
  return card;
}

TokenInfo agent_disk() {
  TokenInfo disk;
  disk.label = "GnuPG keys on disk";
  disk.manufacturer = "GnuPG";
  disk.model = "gpg-agent";
  disk.initialized = true;
  disk.uri = tlscore::token::make_token_uri(name_of(disk));
  return disk;
}

Result<std::vector<AgentKey>> card_keys(AgentConnection& agent, const TokenInfo& card) {
  const AgentAnswer learnt = TRY(agent.ask("SCD LEARN --keypairinfo", "reading the card's keys"));
  std::string grip;
  for (const auto& [keyword, arguments] : learnt.status) {
    if (keyword == "KEYPAIRINFO" && word(arguments, 1) == kAuthenticationSlot) grip = word(arguments, 0);
  }
  if (grip.size() != kGripDigits || !is_hexadecimal(grip)) return std::vector<AgentKey>();
  // With --card, so that gpg-agent knows from now on which card has the key.
  const std::string command = "READKEY --card " + std::string(kAuthenticationSlot);
  const AgentAnswer answer = TRY(agent.ask(command, "reading a key"));
  const PublicKey key = TRY(read_agent_key(answer.data));
  AgentKey found{.info = describe_key(card, key, {kAuthenticationId}, "Authentication key"),
                 .grip = std::move(grip),
                 .on_card = true};
  found.info.certificate = card_certificate(agent, key);
  return std::vector{std::move(found)};
}

Result<std::vector<AgentKey>> disk_keys(AgentConnection& agent) {
  const TokenInfo disk = agent_disk();
  std::vector<AgentKey> keys;
  for (const Found& each : TRY(find_on_disk())) {
    if (each.grip.size() != kGripDigits || !is_hexadecimal(each.grip)) continue;
    const auto answer = agent.ask("READKEY " + each.grip, "reading a key");
    if (!answer) continue;  // a keyring may know of more than the agent has
    auto key = read_agent_key(answer->data);
    if (!key || key->type() == PublicKey::Type::Ed25519) continue;
    Bytes id = TRY(tlscore::from_hex(tlscore::to_lower(each.grip)));
    std::string label = each.user_id.substr(0, 255);
    keys.push_back({.info = describe_key(disk, std::move(*key), std::move(id), std::move(label)),
                    .grip = each.grip,
                    .on_card = false});
  }
  return keys;
}

}  // namespace openpgp_auth
