// Name constraints (RFC 5280, section 4.2.1.10): for which names a CA may issue. mbedTLS does not look at
// them.
#pragma once

#include <span>

#include "tlscore/x509/general_name.h"

namespace tlscore::x509 {

/// Subtrees of one CA. An Ip entry is an address and a mask of the same length, a Directory entry a name's
/// comparison_key (distinguished_name.h); every other value is a GeneralName's.
struct NameConstraints {
  std::vector<GeneralName> permitted;
  std::vector<GeneralName> excluded;
};

/// Reads the extension's value. Fails with Malformed: also for no subtree at all, a minimum or maximum (which
/// RFC 5280 forbids), a mask with holes, a directory name that is none; TooLarge over 2048 subtrees.
Result<NameConstraints> parse_name_constraints(ByteView extension);

/// Checks one certificate below the CA: its subject (DER Name), the mail addresses in that, and its subject
/// alternative names.
///
/// Fails with Untrusted and a sentence that names the name: it is in an excluded subtree, in none of the
/// permitted ones of its form, or of a form that is constrained and that we cannot compare (name_subtree.h).
Result<void> check_name_constraints(const NameConstraints& constraints, ByteView subject,
                                    std::span<const GeneralName> alternative_names);

}  // namespace tlscore::x509
