// The identities that an armed token has shown, so that not every connection has to look for them again.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "tlscore/tls/engine.h"

namespace proxy {

/// By the name of what was wished for. Certificates end, and are made anew before that: a token that stays in
/// for months shows none that is older than a look can be.
class IdentityCache {
 public:
  using Identity = std::shared_ptr<const tlscore::tls::Identity>;
  using Time = std::chrono::system_clock::time_point;

  /// How long a look for certificates counts.
  static constexpr std::chrono::hours kLife{6};
  static constexpr std::size_t kMost = 1000;

  /// Null where it is to be looked for, also because the clock was set back.
  [[nodiscard]] Identity find(const std::string& name, Time now) const;
  /// Where there are kMost already, the others are forgotten.
  void keep(std::string name, Identity identity, Time now);
  void clear() { m_kept.clear(); }

 private:
  struct Kept {
    Identity identity;
    Time since;
  };
  std::map<std::string, Kept> m_kept;
};

}  // namespace proxy
