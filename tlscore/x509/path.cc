// The search, and what is asked of the certificate that it began with.
#include "tlscore/x509/path.h"

#include <algorithm>
#include <iterator>

#include "tlscore/x509/path_search.h"
#include "tlscore/x509/server_name.h"

namespace tlscore::x509 {
namespace {

constexpr std::size_t kMaxChain = 16;
constexpr std::size_t kMaxShownNames = 3;

std::unexpected<Error> untrusted(std::string sentence) {
  return fail(ErrorKind::Untrusted, std::move(sentence));
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
  if (query.crls != nullptr) TRY(query.crls->refresh());
  std::vector<Certificate> certificates = TRY(find_path(query, purpose));
  const auto first_to_expire = std::ranges::min_element(certificates, {}, &Certificate::not_after);
  auto expires = first_to_expire->not_after();
  for (std::size_t i = 0; query.crls != nullptr && i + 1 < certificates.size(); ++i)
    expires = std::min(expires, TRY(query.crls->check(certificates[i], certificates[i + 1], query.now)));
  return Path{std::move(certificates), expires};
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
