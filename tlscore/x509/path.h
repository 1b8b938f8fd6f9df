// Whether a chain of certificates leads from a server's name, or from a client, to a trusted CA (RFC 5280,
// section 6; RFC 9525).
//
// path_search.h finds the way, path_rules.h holds the rules. Revocation is looked at where there is a folder
// of CRLs; OCSP, CRLite, Certificate Transparency and distrust dates of single roots are not.
#pragma once

#include <chrono>
#include <span>
#include <string_view>
#include <vector>

#include "tlscore/x509/certificate.h"
#include "tlscore/x509/crl_folder.h"
#include "tlscore/x509/trust_store.h"

namespace tlscore::x509 {

struct PathQuery {
  std::span<const Certificate>
      chain;              ///< As presented: the peer's own first, the others in any order; 16 at most.
  std::string_view host;  ///< Of a server: DNS name or IP address, as the user asked for it.
  std::chrono::sys_seconds now;
  const TrustStore& roots;
  CrlFolder* crls = nullptr;  ///< What is said of revocation (crl_folder.h); null: nothing is asked.
};

struct Path {
  std::vector<Certificate> certificates;  ///< The peer's own first, the trusted one last. Never empty.
  std::chrono::sys_seconds expires;       ///< The end of the first of them to expire, CRLs included.
};

/// Fails with Untrusted and a sentence that a user can read, e.g. "the certificate expired on 2025-03-01";
/// with Malformed when `host` is neither name nor address; with TooLarge for more than 16 certificates.
///
/// Demanded: signatures with SHA-2 by RSA of 2048 bits or P-256, P-384, P-521; the validity of every
/// certificate, the trusted one's too; basicConstraints and path lengths of CAs; keyCertSign on CAs and
/// digitalSignature on the server's, where they state a key usage; serverAuth (or any) wherever an extended
/// key usage is stated; all name constraints, the trusted one's too; that the server's is no CA's. A
/// self-signed certificate is trusted when it is one of the roots itself, and then it may be.
Result<Path> verify_server_path(const PathQuery& query);

/// The same for a client: clientAuth (or any) in place of serverAuth, and no name is looked for. Which names
/// of the first certificate count is for the caller to say.
Result<Path> verify_client_path(const PathQuery& query);

}  // namespace tlscore::x509
