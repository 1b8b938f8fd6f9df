// What a proxy or a gate has to read of what lies outside its own folders. For a fence
// (tlscore/base/folder_fence.h).
#pragma once

#include <string>
#include <vector>

#include "proxy/config.h"
#include "proxy/paths.h"

namespace proxy {

/// The system's folders; those of the configuration, of all files that it names, and of where they lead to,
/// because a file that is replaced is another file; and the browsers' lists of profiles. Where a folder is
/// not there yet, the nearest one above it, `/` apart. `config_file`: as `--config` names it; may be empty.
[[nodiscard]] std::vector<std::string> readable_places(const Config& config, const std::string& config_file,
                                                       const BaseFolders& base);

/// The same for a gate by itself.
[[nodiscard]] std::vector<std::string> readable_places(const GateConfig& gate, const CacheConfig& cache,
                                                       const std::string& config_file,
                                                       const BaseFolders& base);

}  // namespace proxy
