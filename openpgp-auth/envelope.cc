// One extension written, and read.
#include "openpgp-auth/envelope.h"

#include <algorithm>

#include "openpgp-auth/authenticating_key.h"
#include "tlscore/x509/der.h"
#include "tlscore/x509/directory_string.h"
#include "tlscore/x509/mailbox.h"
#include "tlscore/x509/server_name.h"

namespace openpgp_auth {

using tlscore::fail;
namespace x509 = tlscore::x509;

namespace {

constexpr std::chrono::hours kClockSkew{1};
// A signer's message has to hold the whole certificate where the key is Ed25519.
constexpr std::size_t kMaxOpenPgpBytes = std::size_t{24} * 1024;

/// The key of `certificate` that is `own`.
const KeyPacket* find_own(const Certificate& certificate, const x509::PublicKey& own) {
  if (certificate.primary().key == own) return &certificate.primary();
  const auto is_own = [&own](const Subkey& subkey) { return subkey.key.key == own; };
  const auto found = std::ranges::find_if(certificate.subkeys(), is_own);
  return found == certificate.subkeys().end() ? nullptr : &found->key;
}

Result<EnvelopeContent> read_content(ByteView octets, const x509::PublicKey& own) {
  auto certificate = Certificate::parse(octets);
  if (!certificate) return fail("the OpenPGP certificate in an envelope", std::move(certificate.error()));
  const KeyPacket* key = find_own(*certificate, own);
  if (key == nullptr)
    return fail(ErrorKind::Refused, "an envelope whose key is none of the OpenPGP certificate inside");
  const KeyId key_id = key->key_id;
  const Fingerprint fingerprint = key->fingerprint;
  TRY(find_authenticating_key(*certificate, key_id));
  return EnvelopeContent{
      .certificate = std::move(*certificate), .fingerprint = fingerprint, .key_id = key_id};
}

/// The address in "Name <address>", or the whole user ID where it is one.
std::optional<std::string> mailbox_in(std::string_view user_id) {
  const std::size_t begin = user_id.rfind('<');
  if (user_id.ends_with('>') && begin != std::string_view::npos)
    user_id = user_id.substr(begin + 1, user_id.size() - begin - 2);
  if (!x509::is_mailbox(user_id)) return std::nullopt;
  return std::string(user_id);
}

/// The host that the whole user ID names, bare or as "https://host" (user_id_name.h). A name without a dot is
/// taken for a person's.
std::optional<std::string> host_in(std::string_view user_id) {
  constexpr std::string_view kScheme = "https://";
  if (user_id.starts_with(kScheme)) user_id.remove_prefix(kScheme.size());
  const auto name = x509::ServerName::parse(user_id);
  if (!name || name->is_address() || !name->text().contains('.')) return std::nullopt;
  return name->text();
}

void name_after(x509::SelfSignedOptions& options, const Certificate& certificate) {
  const auto& user_ids = certificate.user_ids();
  const std::string text = user_ids.empty() ? "" : user_ids.front().text;
  options.common_name = x509::cut_common_name(x509::escape_controls(text));
  if (options.common_name.empty())
    options.common_name = "OpenPGP " + certificate.primary().fingerprint.to_hex();
  if (auto mailbox = mailbox_in(text)) options.mailboxes.push_back(std::move(*mailbox));
  if (auto host = host_in(text)) options.dns_names.push_back(std::move(*host));
}

}  // namespace

Result<x509::CertificateDraft> draft_envelope(const EnvelopeRequest& request) {
  if (request.openpgp.size() > kMaxOpenPgpBytes)
    return fail(ErrorKind::TooLarge, "an OpenPGP certificate of more than 24 KiB, for an envelope");
  if (request.expires && *request.expires <= request.now)
    return fail(ErrorKind::Refused, "the OpenPGP key has expired");
  const EnvelopeContent content = TRY(read_content(request.openpgp, request.key));
  const auto latest = request.now + kEnvelopeLife;
  x509::SelfSignedOptions options{.common_name = {},
                                  .key = request.key,
                                  .not_before = request.now - kClockSkew,
                                  .not_after = std::min(request.expires.value_or(latest), latest),
                                  .client_auth = true,
                                  .server_auth = true,
                                  .dns_names = {}};
  name_after(options, content.certificate);
  options.extensions.push_back({.oid = Bytes(std::begin(kEnvelopeOid), std::end(kEnvelopeOid)),
                                .value = x509::der(x509::kDerOctetString, request.openpgp)});
  return x509::draft_self_signed(options);
}

Result<std::optional<EnvelopeContent>> open_envelope(const x509::Certificate& certificate) {
  const auto value = certificate.extension(kEnvelopeOid);
  if (!value) return std::nullopt;
  x509::DerReader reader(*value);
  const auto octets = reader.next(x509::kDerOctetString);
  if (!octets || !reader.done())
    return fail(ErrorKind::Malformed, "an envelope whose extension is no OCTET STRING");
  return TRY(read_content(*octets, certificate.public_key()));
}

}  // namespace openpgp_auth
