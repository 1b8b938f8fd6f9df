// Who a gate's client is by X.509, or by its bare key.
#pragma once

#include "tlscore/judge/authorization_peer.h"
#include "tlscore/x509/certificate.h"

namespace proxy {

/// What backends are told of it: X-Latchkey-Method is to_string(method).
using GateClient = tlscore::judge::Peer;
using GateMethod = tlscore::judge::PeerMethod;
using tlscore::judge::canonical_dns_name;
using tlscore::judge::canonical_mail_address;

/// What the certificate's own key and names say, for a client whose certificate leads to a CA that the gate
/// believes. Alternative names that are no plain mail addresses or DNS names are left out.
[[nodiscard]] GateClient client_of_ca(const tlscore::x509::Certificate& certificate);

/// What is known of a key that nobody vouches for.
[[nodiscard]] GateClient client_with_key(const tlscore::x509::PublicKey& key, std::string why_unnamed);

}  // namespace proxy
