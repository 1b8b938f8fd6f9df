// One signature of gpg-agent's, checked before anybody gets to see it.
#pragma once

#include "openpgp-auth/agent_connection.h"
#include "openpgp-auth/agent_key_listing.h"
#include "tlscore/x509/signature.h"

namespace openpgp_auth {

/// Signs `request` in the form that TLS and X.509 want. A PIN or passphrase that gpg-agent does not know it
/// asks for by its own pinentry.
///
/// Fails with Unsupported for what describes no mechanism of the key (RSA-PSS among it), Malformed for a
/// request that is not well formed, TokenRemoved where the card is gone, Internal for a signature that the
/// key's public half does not verify, else as AgentConnection::ask does.
[[nodiscard]] tlscore::Result<tlscore::Bytes> sign_with_agent(AgentConnection& agent, const AgentKey& key,
                                                              const tlscore::x509::SignatureRequest& request);

}  // namespace openpgp_auth
