// Where a client's request leads, if anywhere.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "proxy/authority.h"
#include "proxy/credential.h"
#include "proxy/services.h"

namespace proxy {

/// A party, or, for a program that `latchkey exec` started, any public host as an opaque tunnel.
struct Destination {
  std::shared_ptr<const Settings> settings;  ///< Keeps `party` alive.
  const Party* party = nullptr;              ///< Null: an opaque tunnel to a public address.
  std::string host;
  std::uint16_t port = 0;      ///< To dial.
  bool wraps_port_80 = false;  ///< The client asked for port 80, and means it.
  bool is_address = false;     ///< `host` is an address.

  /// The mode that is known before the client's first bytes; Auto where they decide.
  [[nodiscard]] LocalMode mode() const;
  /// "party.example:443".
  [[nodiscard]] std::string text() const;
};

/// Decides. Fails with Refused when the host is no party and `credential` is not one of `latchkey exec`.
[[nodiscard]] tlscore::Result<Destination> find_destination(const Services& services, const Authority& asked,
                                                            const std::optional<Credential>& credential);

}  // namespace proxy
