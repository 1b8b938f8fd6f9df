// An outcome as octets that may lie where others can read and write: whoever lacks the secret learns nothing
// from one, and can neither forge, move nor outlive it.
//
//   entry  = 0x02  fields, encrypted with the key as associated data (x509/aead.h)
//   fields = expires (8, seconds since 1970)  verdict (1)  text  count (1)  *text  zeros
//   text   = length (2)  octets
//
// Numbers are big-endian. The zeros make the fields a multiple of 256 octets, so that their length says
// little.
#pragma once

#include "tlscore/judge/outcome_key.h"

namespace tlscore::judge {

/// What is remembered of a finding; for a client also what follows from it.
struct Outcome {
  Verdict verdict = Verdict::Fail;
  std::string reason{};
  std::chrono::sys_seconds expires{};
  std::vector<std::string> texts{};  ///< Whatever else the one who asked needs, e.g. a client's names.

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

inline constexpr std::size_t kMaxOutcomeEntryBytes = 8192;
inline constexpr std::size_t kMaxOutcomeTexts = 64;

/// Fails with TooLarge beyond either bound.
[[nodiscard]] Result<Bytes> write_outcome(const OutcomeSecret& secret, const OutcomeKey& key,
                                          const Outcome& outcome);

/// The outcome in an entry that was found under `key`. Fails with Malformed for octets that the holder of
/// `secret` has not written for this key; who gives those is broken or lies. Whether it has expired is for
/// the caller to see.
[[nodiscard]] Result<Outcome> read_outcome(const OutcomeSecret& secret, const OutcomeKey& key,
                                           ByteView entry);

}  // namespace tlscore::judge
