// PEM by hand: mbedTLS's reader stops at the first block and takes certificates that we do not want in its
// list.
#include "tlscore/x509/pem.h"

#include <cerrno>
#include <cstring>
#include <fstream>

namespace tlscore::x509 {
namespace {

constexpr std::size_t kMaxBlocks = 4096;
constexpr std::size_t kMaxFileBytes = 16U << 20U;
constexpr std::size_t kLineCharacters = 64;

/// Base64 with white space between its characters.
Result<Bytes> decode_body(std::string_view body) {
  std::string digits;
  digits.reserve(body.size());
  for (const char c : body) {
    if (!std::string_view(" \t\r\n").contains(c)) digits += c;
  }
  return from_base64(digits);
}

}  // namespace

Result<std::vector<Bytes>> parse_pem(std::string_view text, std::string_view label) {
  const std::string begin = "-----BEGIN " + std::string(label) + "-----";
  const std::string end = "-----END " + std::string(label) + "-----";
  std::vector<Bytes> blocks;
  for (;;) {
    const std::size_t start = text.find(begin);
    if (start == std::string_view::npos) return blocks;
    text.remove_prefix(start + begin.size());
    const std::size_t length = text.find(end);
    if (length == std::string_view::npos)
      return fail(ErrorKind::Malformed, "a PEM block without its END line");
    if (blocks.size() == kMaxBlocks) return fail(ErrorKind::TooLarge, "more than 4096 PEM blocks");
    auto contents = decode_body(text.substr(0, length));
    if (!contents) return fail("PEM block " + std::to_string(blocks.size() + 1), std::move(contents.error()));
    blocks.push_back(std::move(*contents));
    text.remove_prefix(length + end.size());
  }
}

std::string to_pem(std::string_view label, ByteView contents) {
  std::string text = "-----BEGIN " + std::string(label) + "-----\n";
  const std::string body = to_base64(contents);
  for (std::size_t i = 0; i < body.size(); i += kLineCharacters)
    text += body.substr(i, kLineCharacters) + "\n";
  return text + "-----END " + std::string(label) + "-----\n";
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorKind::NotFound, "cannot open " + path + ": " + std::strerror(errno));
  std::string text;
  std::string part(65536, '\0');
  while (file.read(part.data(), static_cast<std::streamsize>(part.size())) || file.gcount() > 0) {
    text.append(part, 0, static_cast<std::size_t>(file.gcount()));
    if (text.size() > kMaxFileBytes) return fail(ErrorKind::TooLarge, path + " is larger than 16 MiB");
  }
  if (file.bad()) return fail(ErrorKind::Internal, "cannot read " + path);
  return text;
}

}  // namespace tlscore::x509
