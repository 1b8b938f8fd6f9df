// The daemon's memory of judgements, made as the section [cache] says.
#pragma once

#include <memory>
#include <string>

#include "proxy/config.h"
#include "tlscore/judge/outcome_cache.h"

namespace proxy {

/// Without memcached servers outcomes stay in memory, under a secret of this process. With them it is that of
/// the realm, or this installation's own: `outcome.secret` in `state_folder`, made where it is not there.
///
/// Fails with Malformed where a secret is shorter than 32 octets, with Refused where others may read it or it
/// cannot be read, and with Internal where it cannot be made; the sentence names the file.
[[nodiscard]] tlscore::Result<std::shared_ptr<tlscore::judge::OutcomeCache>> make_outcome_cache(
    tlscore::EventLoop& loop, const CacheConfig& config, const std::string& state_folder);

/// The secret in a file of at least 32 and at most 4096 octets, which only this user or root may own and
/// nobody else read. Fails as above.
[[nodiscard]] tlscore::Result<tlscore::Bytes> read_outcome_secret(const std::string& path);

}  // namespace proxy
