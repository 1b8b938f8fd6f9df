// Certificates into three texts.
#include "proxy/shown_certificate.h"

#include "openpgp-auth/envelope.h"
#include "openpgp-auth/minimal_certificate.h"
#include "openpgp-auth/rfc6091_body.h"
#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;
using tls::CertificateSummary;

namespace {

std::string user_id_of(const openpgp_auth::Certificate& certificate) {
  const openpgp_auth::UserId* const primary = openpgp_auth::primary_user_id(certificate);
  if (primary != nullptr) return printable(primary->text);
  return certificate.user_ids().empty() ? "without a user ID"
                                        : printable(certificate.user_ids().front().text);
}

CertificateSummary of_openpgp(std::string form, const openpgp_auth::Certificate& certificate) {
  return {.form = std::move(form),
          .fingerprint = certificate.primary().fingerprint.to_hex(),
          .name = user_id_of(certificate)};
}

CertificateSummary of_body(ByteView octets) {
  const auto body = openpgp_auth::parse_certificate_body(octets);
  if (!body || body->kind != openpgp_auth::CertificateBody::Kind::Subkey) return {};
  const auto certificate = openpgp_auth::Certificate::parse(body->packets);
  return certificate ? of_openpgp("openpgp", *certificate) : CertificateSummary{};
}

CertificateSummary of_leaf(const x509::Certificate& leaf) {
  if (const auto envelope = openpgp_auth::open_envelope(leaf); envelope && *envelope)
    return of_openpgp("openpgp-x509", (*envelope)->certificate);
  return {.form = "x509",
          .fingerprint = to_hex(leaf.public_key().spki_sha256()),
          .name = printable(leaf.subject())};
}

}  // namespace

CertificateSummary shown_by_peer(const std::vector<x509::Certificate>& chain, ByteView openpgp) {
  if (!openpgp.empty()) return of_body(openpgp);
  return chain.empty() ? CertificateSummary{} : of_leaf(chain.front());
}

CertificateSummary shown_by_us(const tls::Identity& identity, const tls::Negotiated& negotiated) {
  if (!tls::has_form(identity, negotiated)) return {};
  if (negotiated.certificate_type == tls::CertificateType::OpenPgp) return of_body(identity.openpgp);
  const auto leaf = x509::Certificate::parse_der(identity.chain.front());
  return leaf ? of_leaf(*leaf) : CertificateSummary{};
}

}  // namespace proxy
