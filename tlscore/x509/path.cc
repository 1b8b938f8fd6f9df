// mbedTLS's path, and the checks that it leaves to others.
#include "tlscore/x509/path.h"

#include <mbedtls/x509_crt.h>

#include <algorithm>
#include <array>
#include <optional>

#include "tlscore/base/c_handle.h"
#include "tlscore/x509/date.h"
#include "tlscore/x509/mbedtls_error.h"
#include "tlscore/x509/server_name.h"

namespace tlscore::x509 {
namespace {

constexpr std::size_t kMaxChain = 16;
constexpr std::size_t kMaxShownNames = 3;

using CrtList = CValue<mbedtls_x509_crt, mbedtls_x509_crt_init, mbedtls_x509_crt_free>;

constexpr mbedtls_x509_crt_profile kProfile = {
    MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA256) | MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA384) |
        MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA512),
    0xfffffff,  // any kind of key that the library knows
    MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP256R1) | MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP384R1) |
        MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP521R1),
    2048,
};

/// One certificate of the path and what the library has against it. The leaf has depth 0.
struct Step {
  const mbedtls_x509_crt* crt = nullptr;
  std::uint32_t flags = 0;
};

struct Walk {
  std::array<Step, MBEDTLS_X509_MAX_VERIFY_CHAIN_SIZE> steps;
  std::size_t length = 0;
};

/// Notes the path, from the trusted end down.
// NOLINTNEXTLINE(readability-non-const-parameter): mbedTLS gives the type
int note_step(void* context, mbedtls_x509_crt* crt, int depth, std::uint32_t* flags) noexcept {
  auto& walk = *static_cast<Walk*>(context);
  const auto index = static_cast<std::size_t>(depth);
  if (index >= walk.steps.size()) return MBEDTLS_ERR_X509_FATAL_ERROR;
  walk.steps[index] = {crt, *flags};
  walk.length = std::max(walk.length, index + 1);
  return 0;
}

std::unexpected<Error> untrusted(std::string sentence) {
  return fail(ErrorKind::Untrusted, std::move(sentence));
}

/// How a certificate of the path is called in a sentence.
std::string call(const Certificate& certificate, std::size_t depth) {
  return depth == 0 ? "the certificate" : "the CA certificate " + certificate.subject();
}

struct Judged {
  Certificate certificate;
  std::uint32_t flags;
};

/// The presented or trusted certificate with these octets.
std::optional<Certificate> find(const PathQuery& query, const mbedtls_x509_crt& crt) {
  const ByteView der(crt.raw.p, crt.raw.len);
  const auto is_it = [der](const Certificate& certificate) {
    return std::ranges::equal(certificate.der(), der);
  };
  for (const std::span<const Certificate> list :
       {query.chain, std::span<const Certificate>(query.roots.roots())}) {
    const auto found = std::ranges::find_if(list, is_it);
    if (found != list.end()) return *found;
  }
  return std::nullopt;
}

Result<std::vector<Judged>> build_path(const PathQuery& query) {
  CrtList chain;
  for (const Certificate& certificate : query.chain) {
    const int code = ::mbedtls_x509_crt_parse_der_with_ext_cb(
        chain.get(), certificate.der().data(), certificate.der().size(), 0, accept_name_constraints, nullptr);
    if (code != 0) return fail(mbedtls_error("certificate", code));
  }
  Walk walk;
  std::uint32_t flags = 0;
  const int code = ::mbedtls_x509_crt_verify_with_profile(chain.get(), query.roots.handle(), nullptr,
                                                          &kProfile, nullptr, &flags, note_step, &walk);
  // Flags make it CERT_VERIFY_FAILED: those are told one by one. Anything else broke off before a path was
  // there.
  if ((code != 0 && code != MBEDTLS_ERR_X509_CERT_VERIFY_FAILED) || walk.length == 0) {
    return untrusted("its chain of certificates is too long or broken");
  }
  std::vector<Judged> path;
  for (const Step& step : std::span(walk.steps).first(walk.length)) {
    auto certificate = find(query, *step.crt);
    if (!certificate) return fail(ErrorKind::Internal, "a path over a certificate that nobody presented");
    path.push_back({std::move(*certificate), step.flags});
  }
  return path;
}

/// mbedTLS neither checks their signatures nor knows how strong they are.
Result<void> check_algorithms(const std::vector<Judged>& path) {
  for (std::size_t depth = 0; depth < path.size(); ++depth) {
    if (path[depth].certificate.public_key().type() != PublicKey::Type::Ed25519) continue;
    return untrusted(call(path[depth].certificate, depth) +
                     " has an Ed25519 key, which is trusted by a pin or by OpenPGP, not by a CA");
  }
  return {};
}

Result<void> check_signatures(const std::vector<Judged>& path) {
  const Certificate& last = path.back().certificate;
  for (const Judged& judged : path) {
    if ((judged.flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) == 0) continue;
    if (path.size() == 1 && last.is_self_issued()) return untrusted("it is self-signed");
    return untrusted("no path to a trusted CA (issuer " + last.issuer() + ")");
  }
  for (std::size_t depth = 0; depth < path.size(); ++depth) {
    const auto& [certificate, flags] = path[depth];
    if ((flags & (MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK)) != 0) {
      return untrusted(call(certificate, depth) + " is signed with an algorithm that is no longer safe");
    }
    // The library notes a CA's weak key with what that key has signed; the leaf's own, and the CA's above,
    // are meant.
    if ((flags & MBEDTLS_X509_BADCERT_BAD_KEY) != 0) {
      return untrusted(call(certificate, depth) + " has, or is signed by, a key that is too weak");
    }
  }
  return {};
}

/// Against the time asked for, not the machine's: that is why the library's two flags are not looked at.
Result<void> check_time(const std::vector<Judged>& path, std::chrono::sys_seconds now) {
  for (std::size_t depth = 0; depth < path.size(); ++depth) {
    const Certificate& certificate = path[depth].certificate;
    if (now > certificate.not_after()) {
      return untrusted(call(certificate, depth) + " expired on " + to_date(certificate.not_after()));
    }
    if (now < certificate.not_before()) {
      return untrusted(call(certificate, depth) + " is not valid before " +
                       to_date(certificate.not_before()));
    }
  }
  return {};
}

/// Whatever the library may flag that was not told apart above.
Result<void> check_no_other_flag(const std::vector<Judged>& path) {
  constexpr std::uint32_t kOwnClock = MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE;
  for (const Judged& judged : path) {
    if ((judged.flags & ~kOwnClock) != 0) return untrusted("its chain of certificates does not verify");
  }
  return {};
}

Result<void> check_usage(const std::vector<Judged>& path, Purpose purpose) {
  const std::string whom =
      purpose == Purpose::ServerAuth ? "servers (no serverAuth" : "clients (no clientAuth";
  for (std::size_t depth = 0; depth < path.size(); ++depth) {
    const Certificate& certificate = path[depth].certificate;
    const unsigned needed = depth == 0 ? kDigitalSignature : kKeyCertSign;
    if ((certificate.key_usage().value_or(needed) & needed) == 0) {
      return untrusted(depth == 0 ? "the certificate's key usage does not allow signatures"
                                  : call(certificate, depth) + " may not sign certificates (key usage)");
    }
    if (!certificate.allows(purpose)) {
      return untrusted(call(certificate, depth) +
                       (depth == 0 ? " may not be used for " : " may not issue for ") + whom +
                       " in its extended key usage)");
    }
  }
  return {};
}

/// RFC 5280, section 6.1.3 (b) and (c): a CA's constraints hold for everything below it but self-issued
/// certificates that are not the last.
Result<void> check_constraints(const std::vector<Judged>& path) {
  for (std::size_t ca = 1; ca < path.size(); ++ca) {
    const auto& constraints = path[ca].certificate.name_constraints();
    if (!constraints) continue;
    for (std::size_t depth = 0; depth < ca; ++depth) {
      const Certificate& below = path[depth].certificate;
      if (depth > 0 && below.is_self_issued()) continue;
      TRY(check_name_constraints(*constraints, below.subject_der(), below.alternative_names()));
    }
  }
  return {};
}

std::string shown_names(const Certificate& certificate) {
  std::vector<std::string> names = certificate.dns_names();
  std::ranges::copy(certificate.ip_addresses(), std::back_inserter(names));
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kMaxShownNames); ++i)
    text += (i > 0 ? ", " : "") + names[i];
  return names.size() > kMaxShownNames ? text + " and others" : text;
}

Result<void> check_host(const Certificate& certificate, const ServerName& host) {
  if (host.is_among(certificate.alternative_names())) return {};
  const std::string names = shown_names(certificate);
  if (names.empty())
    return untrusted("it is for no host at all (no subject alternative name), not for " + host.text());
  return untrusted("it is for " + names + ", not for " + host.text());
}

Result<Path> verify_path(const PathQuery& query, Purpose purpose) {
  if (query.chain.empty()) return untrusted("no certificate was presented");
  if (query.chain.size() > kMaxChain)
    return fail(ErrorKind::TooLarge, "more than 16 certificates were presented");
  const std::vector<Judged> path = TRY(build_path(query));
  TRY(check_algorithms(path));
  TRY(check_signatures(path));
  TRY(check_time(path, query.now));
  TRY(check_no_other_flag(path));
  TRY(check_usage(path, purpose));
  TRY(check_constraints(path));
  Path result{{}, path.front().certificate.not_after()};
  for (const Judged& judged : path) {
    result.certificates.push_back(judged.certificate);
    result.expires = std::min(result.expires, judged.certificate.not_after());
  }
  return result;
}

}  // namespace

Result<Path> verify_server_path(const PathQuery& query) {
  const ServerName host = TRY(ServerName::parse(query.host));
  Path path = TRY(verify_path(query, Purpose::ServerAuth));
  TRY(check_host(path.certificates.front(), host));
  return path;
}

Result<Path> verify_client_path(const PathQuery& query) {
  return verify_path(query, Purpose::ClientAuth);
}

}  // namespace tlscore::x509
