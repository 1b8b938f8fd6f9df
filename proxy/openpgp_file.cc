// The key is chosen by what the certificate claims; whether that holds is for the judgement.
#include "proxy/openpgp_file.h"

#include <algorithm>

#include "openpgp-auth/armor.h"
#include "openpgp-auth/rfc6091_body.h"
#include "tlscore/x509/pem.h"

namespace proxy {

using openpgp_auth::Certificate;
using openpgp_auth::CertificateBody;
using openpgp_auth::KeyPacket;
using openpgp_auth::Subkey;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

namespace {

const KeyPacket* subkey_that_may(const Certificate& certificate, std::uint8_t flag) {
  const auto may = [flag](const Subkey& subkey) {
    const auto* const binding = openpgp_auth::newest(subkey.bindings);
    return binding != nullptr && (binding->key_flags.value_or(0) & flag) != 0;
  };
  const auto found = std::ranges::find_if(certificate.subkeys(), may);
  return found == certificate.subkeys().end() ? nullptr : &found->key;
}

const KeyPacket& default_key(const Certificate& certificate) {
  for (const std::uint8_t flag : {openpgp_auth::kMayAuthenticate, openpgp_auth::kMaySign}) {
    if (const KeyPacket* key = subkey_that_may(certificate, flag)) return *key;
  }
  return certificate.primary();
}

const KeyPacket* key_with(const Certificate& certificate, std::string_view fingerprint) {
  const auto is_it = [&](const KeyPacket& key) {
    return tlscore::equal_ignoring_case(key.fingerprint.to_hex(), fingerprint);
  };
  if (is_it(certificate.primary())) return &certificate.primary();
  const auto found = std::ranges::find_if(certificate.subkeys(), is_it, &Subkey::key);
  return found == certificate.subkeys().end() ? nullptr : &found->key;
}

Result<void> present(tlscore::judge::Presented& presented, std::string_view contents,
                     const std::string& fingerprint) {
  const auto binary = TRY(openpgp_auth::dearmor(contents));
  const auto certificate = TRY(Certificate::parse(binary));
  const KeyPacket* const key =
      fingerprint.empty() ? &default_key(certificate) : key_with(certificate, fingerprint);
  if (key == nullptr) return fail(ErrorKind::NotFound, "there is no key " + fingerprint);
  if (!key->key)
    return fail(ErrorKind::Unsupported, "the key " + key->fingerprint.to_hex() + ": " + key->why);
  const auto octets = certificate.octets();
  presented.openpgp = TRY(openpgp_auth::write_certificate_body(
      {CertificateBody::Kind::Subkey, key->key_id, {octets.begin(), octets.end()}}));
  presented.key = key->key;
  return {};
}

}  // namespace

Result<void> present_openpgp(tlscore::judge::Presented& presented, const std::string& file,
                             const std::string& key) {
  const std::string contents = TRY(tlscore::x509::read_file(file));
  const auto done = present(presented, contents, key);
  if (!done) return fail(file, done.error());
  return {};
}

}  // namespace proxy
