// What one response says of one name, and whether the zone that holds the name has signed it.
//
// Pure: whose keys a zone's are is found out in chain.h. One response is read for one name; where an alias
// leads is asked anew, so that each response concerns one zone only.
#pragma once

#include "tlscore/dns/message.h"
#include "tlscore/dns/security.h"
#include "tlscore/dns/signature.h"

namespace tlscore::dns {

/// At most one of `records` and `alias` is set; neither of them says that there is nothing.
struct Finding {
  Security security = Security::Bogus;
  std::string reason{};  ///< A clause: why it is bogus or insecure, or what is proven not to be there.
  std::vector<Record> records{};  ///< Of the type that was asked for.
  std::optional<Name> alias{};    ///< Where a CNAME or a DNAME leads.
  bool is_delegation = false;     ///< The name begins a zone that is proven to have no DS.
  std::chrono::sys_seconds expires{};
};

/// The zone by which the response wants to be signed; nothing where it has no signature over what answers the
/// question. It holds the name, or else is none.
[[nodiscard]] std::optional<Name> signer_of(const Message& response);

/// Reads a response with the keys of the zone that signs it. Secure, Bogus, or Insecure where the zone leaves
/// it open (opt-out, too many iterations). `effort` is spent.
[[nodiscard]] Finding judge(const Message& response, const SignedZone& zone, std::chrono::sys_seconds now,
                            Effort& effort);

/// Reads a response that nobody vouches for: Insecure, with `reason`; or Bogus, where it breaks its form.
[[nodiscard]] Finding read_unsigned(const Message& response, std::chrono::sys_seconds now,
                                    std::string reason);

}  // namespace tlscore::dns
