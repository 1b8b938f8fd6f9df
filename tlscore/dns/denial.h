// What NSEC and NSEC3 records prove not to exist (RFC 4035, section 5.4; RFC 5155, section 8).
//
// The records given here have been verified, and are of the zone that holds the name. Pure; ldns hashes.
#pragma once

#include <span>
#include <string_view>

#include "tlscore/dns/message.h"

namespace tlscore::dns {

enum class Denial : std::uint8_t {
  Unproven,     ///< The records do not show it.
  NoSuchType,   ///< The name exists, without this type (and is no alias).
  NoSuchName,   ///< Neither does it exist, nor a wildcard in its place.
  OptOut,       ///< There may be an unsigned delegation here: nothing else is proven (RFC 5155, section 9.2).
  TooExpensive  ///< Hashed more often than kMaxIterations: as if it were not signed (RFC 9276, section 3.2).
};

struct Proof {
  Denial denial = Denial::Unproven;
  /// The name begins another zone, which has no DS: an unsigned one. Only with NoSuchType, for a DS.
  bool is_delegation = false;
};

inline constexpr std::uint16_t kMaxIterations = 100;

/// Shows that `question` has no answer in the zone `apex`. For a DS this is about the zone above the name.
[[nodiscard]] Proof deny(std::span<const Nsec> records, const Question& question, const Name& apex);
[[nodiscard]] Proof deny(std::span<const Nsec3> records, const Question& question, const Name& apex);

/// Shows that no name is closer to `name` than the wildcard under `encloser`, which `name` is below: so the
/// wildcard answers rightly (RFC 4035, section 5.3.4; RFC 5155, section 8.8). NoSuchName where it does;
/// OptOut where an unsigned delegation may be closer.
[[nodiscard]] Denial deny_closer(std::span<const Nsec> records, const Name& name, const Name& encloser);
[[nodiscard]] Denial deny_closer(std::span<const Nsec3> records, const Name& name, const Name& encloser,
                                 const Name& apex);

}  // namespace tlscore::dns
