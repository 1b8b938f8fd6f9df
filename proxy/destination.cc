// Parties first; then who has a credential.
#include "proxy/destination.h"

#include "proxy/credentials.h"

namespace proxy {

using namespace tlscore;

LocalMode Destination::mode() const {
  if (party == nullptr) return LocalMode::Tunnel;
  // Port 80 that is not listed means: plain text from the client, TLS to the party.
  return wraps_port_80 ? LocalMode::Wrap : party->local;
}

std::string Destination::text() const {
  return to_string(Authority{host, port, is_address});
}

Result<Destination> find_destination(const Services& services, const Authority& asked,
                                     const std::optional<Credential>& credential) {
  Destination destination{
      .settings = services.settings, .host = asked.host, .port = asked.port, .is_address = asked.is_address};
  const auto match = find_party(destination.settings->config().parties, asked.host, asked.port);
  if (match) {
    destination.party = match->party;
    destination.port = match->port;
    destination.wraps_port_80 = match->wraps_port_80;
    return destination;
  }
  if (credential && services.credentials.valid(*credential)) return destination;
  return fail(ErrorKind::Refused, to_string(asked) + " is none of your parties");
}

}  // namespace proxy
