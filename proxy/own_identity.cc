// From a key to its identity.
#include "proxy/own_identity.h"

#include <algorithm>
#include <span>

#include "openpgp-auth/own_envelope.h"
#include "openpgp-auth/rfc6091_body.h"
#include "tlscore/base/log.h"
#include "tlscore/token/own_certificate.h"
#include "tlscore/x509/date.h"

namespace proxy {

using namespace tlscore;

namespace {

bool wants(const IdentityWish& wish, AuthForm form) {
  return std::ranges::find(wish.auth, form) != wish.auth.end();
}

std::vector<Bytes> ders(std::span<const x509::Certificate> certificates) {
  std::vector<Bytes> all;
  for (const x509::Certificate& each : certificates) all.emplace_back(each.der().begin(), each.der().end());
  return all;
}

/// The X.509 certificate that stands for `key`, and those above it. One of our own that is about to end is
/// made anew, if that can be; it goes on as long as it lasts.
Task<Result<std::vector<Bytes>>> own_chain(std::shared_ptr<token::SignerClient> signer, token::KeyInfo key,
                                           OwnIdentityOptions options, Cancel& cancel) {
  auto found = token::find_own_chain(key, options.certificate_folder);
  auto subject = token::name_to_renew(key, options.certificate_folder);
  if (!found && found.error().kind == ErrorKind::NotFound && options.enrolls_by_itself && !subject)
    subject = options.subject;
  if (subject) {
    token::EnrollOptions enrolling{.folder = options.certificate_folder, .subject = std::move(*subject)};
    const auto made = co_await token::enroll(*signer, key, std::move(enrolling), cancel);
    if (made) {
      log(LogLevel::Notice,
          "made a certificate for the token's key, until " + x509::to_date(made->not_after()));
      co_return ders({&*made, 1});
    }
    if (!found) co_return fail(made.error());
  }
  if (!found) co_return fail(found.error());
  co_return ders(*found);
}

/// The X.509 certificate for `key` that carries the user's OpenPGP certificate.
Task<Result<std::vector<Bytes>>> own_envelope(std::shared_ptr<token::SignerClient> signer, token::KeyInfo key,
                                              openpgp_auth::OwnCertificate own, OwnIdentityOptions options,
                                              Cancel& cancel) {
  openpgp_auth::EnvelopeRequest wanted{
      .key = key.public_key, .openpgp = own.octets, .now = x509::now(), .expires = own.expires};
  const std::string fingerprint = to_hex(key.public_key.spki_sha256());
  openpgp_auth::EnvelopeSigner sign = [signer, fingerprint](x509::SignatureRequest request,
                                                            Cancel& its_cancel) {
    return signer->sign(fingerprint, std::move(request), its_cancel);
  };
  auto made = co_await openpgp_auth::keep_own_envelope(std::move(wanted), options.certificate_folder,
                                                       std::move(sign), cancel);
  if (!made) co_return fail(made.error());
  co_return ders({&*made, 1});
}

Result<Bytes> certificate_body(const openpgp_auth::OwnCertificate& own) {
  return openpgp_auth::write_certificate_body({.kind = openpgp_auth::CertificateBody::Kind::Subkey,
                                               .key_id = own.key.key_id(),
                                               .packets = own.octets});
}

/// TLS 1.2 has no Ed25519 of ours, and RFC 6091 is TLS 1.2's.
bool fits_tls12(const x509::PublicKey& key) {
  return key.type() != x509::PublicKey::Type::Ed25519;
}

}  // namespace

Task<Result<std::string>> find_openpgp_key(std::vector<token::KeyInfo> keys, std::string fingerprint,
                                           openpgp_auth::KeyringLookups& keyring, Cancel& cancel) {
  for (const token::KeyInfo& key : keys) {
    x509::PublicKey public_key = key.public_key;
    std::string any_user_id;
    const auto own = co_await keyring.own(std::move(public_key), std::move(any_user_id), cancel);
    const bool is_it = own && (own->primary.to_hex() == fingerprint || own->key.to_hex() == fingerprint);
    if (is_it) co_return to_hex(key.public_key.spki_sha256());
  }
  co_return fail(ErrorKind::NotFound, "no key on the token is the OpenPGP key " + fingerprint +
                                          " of this party's `identity`, or your keyring does not have it");
}

Task<Result<std::shared_ptr<const tls::Identity>>> own_identity(std::shared_ptr<token::SignerClient> signer,
                                                                token::KeyInfo key, IdentityWish wish,
                                                                OwnIdentityOptions options,
                                                                openpgp_auth::KeyringLookups& keyring,
                                                                Cancel& cancel) {
  tls::Identity identity{.chain = {}, .key = key.public_key, .can_rsa_pss = key.mechanisms.rsa_pss};
  Result<openpgp_auth::OwnCertificate> own = fail(ErrorKind::NotFound, "this party's `auth` asks for none");
  if (wants(wish, AuthForm::OpenPgp) || wants(wish, AuthForm::OpenPgpX509)) {
    std::string user_id = wish.user_id;
    own = co_await keyring.own(key.public_key, std::move(user_id), cancel);
    if (!own && !wish.user_id.empty()) co_return fail(own.error());
    if (!own && own.error().kind != ErrorKind::NotFound)
      log(LogLevel::Warning, "your OpenPGP certificate cannot be shown: " + printable(own.error().message));
  }
  if (own && wants(wish, AuthForm::OpenPgp) && fits_tls12(key.public_key)) {
    auto body = certificate_body(*own);
    if (!body) co_return fail(body.error());
    identity.openpgp = std::move(*body);
  }
  Error first_error = own ? Error{ErrorKind::NotFound, "this party's `auth` names no form"} : own.error();
  for (const AuthForm form : wish.auth) {
    if (form == AuthForm::OpenPgp || (form == AuthForm::OpenPgpX509 && !own)) continue;
    Result<std::vector<Bytes>> chain;
    if (form == AuthForm::X509) {
      chain = co_await own_chain(signer, key, options, cancel);
    } else {
      openpgp_auth::OwnCertificate openpgp = *own;
      chain = co_await own_envelope(signer, key, std::move(openpgp), options, cancel);
    }
    if (chain) {
      identity.chain = std::move(*chain);
      break;
    }
    first_error = chain.error();
  }
  if (identity.chain.empty() && identity.openpgp.empty()) co_return fail(first_error);
  co_return std::make_shared<const tls::Identity>(std::move(identity));
}

}  // namespace proxy
