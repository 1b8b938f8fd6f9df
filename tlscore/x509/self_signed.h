// A self-signed certificate for a key that somebody else holds: a token's, for a user who has no certificate.
//
//   auto draft = draft_self_signed(options);             // what is to be signed
//   Bytes signature = ... sign(draft->request()) ...;   // the token's work
//   auto certificate = draft->finish(signature);        // checked before it leaves
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tlscore/x509/certificate_draft.h"
#include "tlscore/x509/holder_names.h"
#include "tlscore/x509/private_key.h"

namespace tlscore::x509 {

/// An extension that SelfSignedOptions has no field for.
struct OtherExtension {
  Bytes oid;    ///< The contents of its OBJECT IDENTIFIER.
  Bytes value;  ///< DER: what the extnValue holds.
  bool is_critical = false;
};

struct SelfSignedOptions {
  std::string common_name;  ///< UTF-8, 1 to 64 characters (RFC 5280, appendix A.1): counted in octets here.
  PublicKey key;
  std::chrono::sys_seconds not_before;
  std::chrono::sys_seconds not_after;
  bool client_auth = true;
  bool server_auth = false;
  std::vector<std::string> dns_names;    ///< A "*." in front is allowed. Addresses are written as iPAddress.
  std::vector<std::string> mailboxes{};  ///< Written as rfc822Name; see mailbox.h.
  std::vector<OtherExtension> extensions{};  ///< None of those that stand here already.
};

/// The certificate without its signature: key usage digitalSignature, no CA. Fails with Malformed for a bad
/// name, Refused without any purpose, and as CertificateDraft::create.
[[nodiscard]] Result<CertificateDraft> draft_self_signed(const SelfSignedOptions& options);

/// The same in one go, where the key lies in memory. `options.key` is taken from `key`.
Result<Certificate> self_sign(PrivateKey& key, SelfSignedOptions options);

}  // namespace tlscore::x509
