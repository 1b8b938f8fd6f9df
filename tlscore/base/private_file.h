// Files that only their owner reads, and that are whole or not there.
#pragma once

#include <string>

#include "tlscore/base/bytes.h"
#include "tlscore/base/result.h"

namespace tlscore {

/// Writes `octets` to `path`, mode 0600, in the place of an older file: beside it, onto the disk, then moved
/// there. Who reads it sees the old or the new one. Fails with Internal and the path, and leaves nothing.
Result<void> write_private_file(const std::string& path, ByteView octets);

/// The folder at `path`, mode 0700, made if it is not there; its parent exists. Fails with Internal, and with
/// Refused where it is another one's or others may write to it.
Result<void> make_private_folder(const std::string& path);

}  // namespace tlscore
