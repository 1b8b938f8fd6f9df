// PEM (RFC 7468): certificates in files.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tlscore/base/bytes.h"

namespace tlscore::x509 {

/// The contents of every block with this label ("CERTIFICATE"), in order; blocks of other labels and text
/// between blocks are skipped. No such block gives an empty list. Fails with Malformed for a block without
/// end or with broken base64, TooLarge over 4096 blocks.
Result<std::vector<Bytes>> parse_pem(std::string_view text, std::string_view label);

/// One block, lines of 64, newline at the end.
[[nodiscard]] std::string to_pem(std::string_view label, ByteView contents);

/// A whole file. Fails with NotFound when it cannot be opened, TooLarge over 16 MiB, Internal when reading
/// fails. The sentence names the file.
Result<std::string> read_file(const std::string& path);

}  // namespace tlscore::x509
