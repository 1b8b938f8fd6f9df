// Common name and subjectAltName.
#include "tlscore/x509/holder_names.h"

#include <algorithm>

#include "tlscore/x509/certificate_draft.h"
#include "tlscore/x509/der.h"
#include "tlscore/x509/directory_string.h"
#include "tlscore/x509/mailbox.h"
#include "tlscore/x509/server_name.h"

namespace tlscore::x509 {
namespace {

constexpr std::size_t kMaxCommonNameBytes = 64;

}  // namespace

std::string cut_common_name(std::string_view text) {
  std::size_t size = std::min(text.size(), kMaxCommonNameBytes);
  const auto continues = [&](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U;
  };
  while (size > 0 && size < text.size() && continues(size)) --size;
  return std::string(text.substr(0, size));
}

Result<Bytes> der_holder_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxCommonNameBytes || !decode_string(kDerUtf8String, as_bytes(name)) ||
      escape_controls(name) != name) {
    return fail(ErrorKind::Malformed,
                "the name for a certificate is 1 to 64 octets of UTF-8 without control characters");
  }
  return der_common_name(name);
}

Result<Bytes> der_alternative_names(std::span<const std::string> dns_names,
                                    std::span<const std::string> mailboxes) {
  Bytes contents;
  for (const std::string& mailbox : mailboxes) {
    if (!is_mailbox(mailbox)) return fail(ErrorKind::Malformed, "not an e-mail address");
    const Bytes element = der(0x81, as_bytes(mailbox));
    contents.insert(contents.end(), element.begin(), element.end());
  }
  for (const std::string& name : dns_names) {
    const bool is_wildcard = name.starts_with("*.");
    const ServerName parsed = TRY(ServerName::parse(is_wildcard ? std::string_view(name).substr(2) : name));
    const Bytes element = parsed.is_address()
                              ? der(0x87, parsed.address())
                              : der(0x82, as_bytes((is_wildcard ? "*." : "") + parsed.text()));
    if (is_wildcard && parsed.is_address()) return fail(ErrorKind::Malformed, "a wildcard before an address");
    contents.insert(contents.end(), element.begin(), element.end());
  }
  return contents;
}

}  // namespace tlscore::x509
