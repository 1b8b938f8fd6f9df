// What each certificate of a path has to be at its place (RFC 5280, section 6.1.3 and 6.1.4). Signatures are
// issuer_signature.h's, the order of the certificates path_search.h's.
#pragma once

#include <chrono>
#include <span>

#include "tlscore/x509/certificate.h"

namespace tlscore::x509 {

/// Untrusted, and the whole sentence: `what` said of the certificate. The functions below fail with such.
[[nodiscard]] Error refusal(const Certificate& certificate, bool is_peer, std::string_view what);

/// The peer's own certificate: validity, key usage, extended key usage, and that it is no CA's.
/// One that is a root itself (`is_root`) may be a CA's.
Result<void> check_peer(const Certificate& certificate, bool is_root, Purpose purpose,
                        std::chrono::sys_seconds now);

/// A CA above the certificates `below`, the peer's own first: validity, basicConstraints (a root of version 1
/// or 2, which cannot state them, needs none), key usage, extended key usage, path length, in which
/// self-issued certificates do not count. Name constraints are checked by check_constraints.
Result<void> check_ca(const Certificate& ca, std::span<const Certificate> below, bool is_root,
                      Purpose purpose, std::chrono::sys_seconds now);

/// How many comparisons check_constraints makes, in about 50 ns each.
[[nodiscard]] std::size_t constraint_comparisons(const Certificate& ca, std::span<const Certificate> below);

/// The CA's name constraints on everything below it, but self-issued certificates that are not the peer's
/// (section 6.1.3 (b) and (c)).
Result<void> check_constraints(const Certificate& ca, std::span<const Certificate> below);

}  // namespace tlscore::x509
