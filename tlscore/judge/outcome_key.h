// By what an outcome is found again: a keyed digest over everything that it depends on.
#pragma once

#include <array>
#include <string_view>

#include "tlscore/judge/assessor.h"

namespace tlscore::judge {

/// Tells nothing about what it stands for to those who lack the secret.
using OutcomeKey = std::array<std::uint8_t, 32>;

/// What one outcome is about. Borrows everything.
struct OutcomeQuestion {
  std::string_view assessor;
  std::string_view trust;       ///< The expression; empty where none combines this outcome with others.
  std::string_view depends_on;  ///< As Assessor::depends_on says.
  const Presented& presented;   ///< All of it but the time.
};

/// Who has the same secret shares outcomes. A plain value; any thread may use it.
class OutcomeSecret {
 public:
  static constexpr std::size_t kLeastBytes = 32;

  /// `octets` are an installation's own, or with `realm` what its machines share. Other realms have other
  /// secrets, whatever the octets.
  OutcomeSecret(ByteView octets, std::string_view realm);

  /// For outcomes that stay in this process.
  [[nodiscard]] static OutcomeSecret of_this_process();

  [[nodiscard]] OutcomeKey key_of(const OutcomeQuestion& question) const;

  /// Encrypts what an entry says (outcome_entry.h), for this key alone.
  [[nodiscard]] Bytes encrypt(const OutcomeKey& key, ByteView fields) const;
  /// Fails with Untrusted for what the holder of this secret has not encrypted for this key.
  [[nodiscard]] Result<Bytes> decrypt(const OutcomeKey& key, ByteView encrypted) const;

 private:
  Bytes m_for_keys;
  Bytes m_for_entries;
};

}  // namespace tlscore::judge
