// One rule a function, each with its sentence.
#include "tlscore/x509/path_rules.h"

#include <mbedtls/x509_crt.h>

#include <algorithm>

#include "tlscore/x509/date.h"

namespace tlscore::x509 {
namespace {

constexpr int kVersion3 = 3;

Result<void> check_time(const Certificate& certificate, bool is_peer, std::chrono::sys_seconds now) {
  if (now > certificate.not_after())
    return fail(refusal(certificate, is_peer, "expired on " + to_date(certificate.not_after())));
  if (now < certificate.not_before())
    return fail(refusal(certificate, is_peer, "is not valid before " + to_date(certificate.not_before())));
  return {};
}

Result<void> check_extended_usage(const Certificate& certificate, bool is_peer, Purpose purpose) {
  if (certificate.allows(purpose)) return {};
  const std::string whom =
      purpose == Purpose::ServerAuth ? "servers (no serverAuth" : "clients (no clientAuth";
  return fail(refusal(
      certificate, is_peer,
      (is_peer ? "may not be used for " : "may not issue for ") + whom + " in its extended key usage)"));
}

bool may(const Certificate& certificate, KeyUsage usage) {
  return (certificate.key_usage().value_or(usage) & usage) != 0;
}

bool is_free_of_constraints(std::span<const Certificate> below, std::size_t index) {
  return index > 0 && below[index].is_self_issued();
}

}  // namespace

Error refusal(const Certificate& certificate, bool is_peer, std::string_view what) {
  const std::string subject = is_peer ? "the certificate" : "the CA certificate " + certificate.subject();
  return {ErrorKind::Untrusted, subject + " " + std::string(what)};
}

Result<void> check_peer(const Certificate& certificate, bool is_root, Purpose purpose,
                        std::chrono::sys_seconds now) {
  TRY(check_time(certificate, true, now));
  if (!may(certificate, kDigitalSignature))
    return fail(ErrorKind::Untrusted, "the certificate's key usage does not allow signatures");
  TRY(check_extended_usage(certificate, true, purpose));
  if (certificate.is_ca() && !is_root)
    return fail(refusal(certificate, true, "is a CA's (basic constraints)"));
  return {};
}

Result<void> check_ca(const Certificate& ca, std::span<const Certificate> below, bool is_root,
                      Purpose purpose, std::chrono::sys_seconds now) {
  TRY(check_time(ca, false, now));
  const bool can_state_it = ca.handle()->version >= kVersion3;
  if (!ca.is_ca() && (can_state_it || !is_root))
    return fail(ErrorKind::Untrusted, ca.subject() + ", which issued it, is no CA (basic constraints)");
  if (!may(ca, kKeyCertSign)) return fail(refusal(ca, false, "may not sign certificates (key usage)"));
  TRY(check_extended_usage(ca, false, purpose));
  const auto counted = std::ranges::count_if(
      below.subspan(1), [](const Certificate& certificate) { return !certificate.is_self_issued(); });
  if (ca.path_length() && static_cast<std::size_t>(counted) > *ca.path_length())
    return fail(refusal(ca, false,
                        "allows fewer CAs below it (path length " + std::to_string(*ca.path_length()) + ")"));
  return {};
}

std::size_t constraint_comparisons(const Certificate& ca, std::span<const Certificate> below) {
  const auto& constraints = ca.name_constraints();
  if (!constraints) return 0;
  std::size_t names = 0;
  for (const Certificate& certificate : below) names += 1 + certificate.alternative_names().size();
  return names * (constraints->permitted.size() + constraints->excluded.size());
}

Result<void> check_constraints(const Certificate& ca, std::span<const Certificate> below) {
  if (!ca.name_constraints()) return {};
  for (std::size_t i = 0; i < below.size(); ++i) {
    if (is_free_of_constraints(below, i)) continue;
    TRY(check_name_constraints(*ca.name_constraints(), below[i].subject_der(), below[i].alternative_names()));
  }
  return {};
}

}  // namespace tlscore::x509
