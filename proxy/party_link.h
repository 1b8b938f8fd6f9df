// The way from us to a party: resolve, dial, TLS, judge, show who we are.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "proxy/destination.h"
#include "proxy/live_connections.h"
#include "tlscore/base/socket.h"
#include "tlscore/judge/judgement.h"
#include "tlscore/tls/tls_stream.h"

namespace proxy {

/// Waits until the token is armed, resolves and dials. The address rules hold for `reach` (Tunnel for opaque
/// octets). Fails with Disarmed, NotFound, Refused, Unreachable or TimedOut.
tlscore::Task<tlscore::Result<std::unique_ptr<tlscore::Socket>>> dial_destination(
    Services& services, const Destination& destination, LiveConnection& live);

/// TLS over a dialled socket: the party is judged, and then shown our identity if it asks. Where the key
/// cannot sign in TLS 1.3 the party is dialled again for TLS 1.2, and that is remembered. Fails with
/// Untrusted and the judgement's summary, with Disarmed when the token cannot sign, with Unsupported when its
/// key cannot in any version that party and settings allow, or with what the party did. `alpn`: the protocols
/// that the party may choose from.
tlscore::Task<tlscore::Result<std::unique_ptr<tlscore::tls::TlsStream>>> secure_link(
    Services& services, const Destination& destination, std::unique_ptr<tlscore::Socket> socket,
    LiveConnection& live, std::vector<std::string> alpn = {});

/// What the party did wrong is no rule of ours: kinds of errors that mean one are not for its alerts and
/// refusals, in the handshake or after it, when a server of TLS 1.3 tells what it thinks of our certificate.
[[nodiscard]] tlscore::Error partys_error(tlscore::Error error);

/// What `explain` learns: everything up to the judgement, and nothing after it.
struct Explanation {
  std::optional<tlscore::judge::Judgement> judgement;  ///< Nothing: the handshake did not come so far.
  tlscore::tls::Negotiated negotiated;
  std::vector<tlscore::x509::Certificate> chain;
  tlscore::Bytes openpgp;  ///< The body of the party's OpenPGP Certificate message; empty: it sent none.
  std::string identity;    ///< The fingerprint of the key that would be shown; empty: none.
  tlscore::tls::CertificateSummary shown;  ///< What of it.
  std::string identity_note;               ///< Why none, or what is to be known about it.
  std::string
      protocol_note;  ///< Why it is no higher version of TLS; empty: nothing of ours keeps it from one.
};

/// Connects, judges, and stops there: our certificate is not sent. `fresh`: every assessor is asked, whatever
/// is remembered. Fails as the two above, but not with Untrusted.
tlscore::Task<tlscore::Result<Explanation>> explain_destination(Services& services,
                                                                const Destination& destination,
                                                                LiveConnection& live, bool fresh);

}  // namespace proxy
