// Lines in, base64 out.
#include "openpgp-auth/armor.h"

#include <algorithm>

namespace openpgp_auth {

using tlscore::Bytes;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

namespace {

constexpr std::string_view kBegin = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
constexpr std::string_view kEnd = "-----END PGP PUBLIC KEY BLOCK-----";

/// Takes the first line of `text`, without white space at its end.
std::string_view next_line(std::string_view& text) {
  std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix(std::min(line.size() + 1, text.size()));
  while (!line.empty() && std::string_view(" \t\r").contains(line.back())) line.remove_suffix(1);
  return line;
}

/// Every OpenPGP packet begins with an octet that is no ASCII.
bool is_binary(std::string_view file) {
  constexpr unsigned char kPacketBit = 0x80;
  return !file.empty() && (static_cast<unsigned char>(file.front()) & kPacketBit) != 0;
}

}  // namespace

Result<Bytes> dearmor(std::string_view file) {
  if (is_binary(file)) return tlscore::to_bytes(file);
  const std::size_t begin = file.find(kBegin);
  if (begin == std::string_view::npos || file.find(kBegin, begin + 1) != std::string_view::npos) {
    return fail(ErrorKind::Malformed, "this is not one OpenPGP certificate, binary or armored");
  }
  std::string_view rest = file.substr(begin + kBegin.size());
  if (!next_line(rest).empty()) return fail(ErrorKind::Malformed, "the armor's first line is broken");
  // Headers like "Version: ...", up to an empty line.
  while (!rest.empty() && !next_line(rest).empty()) {
  }
  std::string base64;
  while (!rest.empty()) {
    const std::string_view line = next_line(rest);
    const bool is_checksum = line.starts_with('=');
    if (line == kEnd) return tlscore::from_base64(base64);
    if (!is_checksum) base64 += line;
  }
  return fail(ErrorKind::Malformed, "the armor has no end");
}

}  // namespace openpgp_auth
