// The keys with which gpg-agent may authenticate its user: the card's authentication key, and keys on disk.
#pragma once

#include <string>
#include <vector>

#include "openpgp-auth/agent_connection.h"
#include "tlscore/token/key_info.h"
#include "tlscore/token/token_info.h"

namespace openpgp_auth {

/// A key, and how gpg-agent names it.
struct AgentKey {
  tlscore::token::KeyInfo info;
  std::string grip;  ///< 40 hexadecimal digits.
  bool on_card = false;
};

/// The card that scdaemon has open, or opens now. Fails with TokenRemoved where there is none, and
/// Unsupported for one that is no OpenPGP card.
[[nodiscard]] tlscore::Result<tlscore::token::TokenInfo> agent_card(AgentConnection& agent);

/// What stands for the keys on disk: there at all times, and no hardware.
[[nodiscard]] tlscore::token::TokenInfo agent_disk();

/// The authentication key of `card` (OPENPGP.3), or nothing. With the certificate that the card has for it.
[[nodiscard]] tlscore::Result<std::vector<AgentKey>> card_keys(AgentConnection& agent,
                                                               const tlscore::token::TokenInfo& card);

/// The keys on disk: those of the user's keyring with the authenticate flag whose secret part gpg-agent has,
/// not revoked, not expired, not on a card; RSA, P-256 and P-384. Ed25519 is left out: this gpg-agent signs
/// at most 64 octets with it, which no TLS handshake fits in.
[[nodiscard]] tlscore::Result<std::vector<AgentKey>> disk_keys(AgentConnection& agent);

}  // namespace openpgp_auth
