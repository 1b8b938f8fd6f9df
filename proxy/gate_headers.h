// What a gate tells its backend about the client, in the headers of each request; and that nobody else can.
//
//   X-Latchkey-Identity      who it is: an OpenPGP user ID, a mail address, a DNS name or a subject
//   X-Latchkey-Fingerprint   OpenPGP: the primary key's fingerprint, 40 hexadecimal digits; else the SHA-256
//                            of the key's SubjectPublicKeyInfo, 64 digits
//   X-Latchkey-Method        "openpgp", "openpgp-x509", "x509", or "key": a listed key that nobody names
//
// Values are UTF-8, percent-encoded (RFC 3986, section 2.1) but for letters, digits and `-._~@`. One that is
// not known is left out: of a client that showed no certificate, all three are.
#pragma once

#include <string>
#include <string_view>

#include "proxy/gate_client.h"
#include "proxy/http_message.h"

namespace proxy {

/// The headers that the backend gets: `sent` without what concerns the client's connection only (Connection,
/// Proxy-Connection and every name that they list), without everything that a server could take for a header
/// of ours, and with ours behind the rest.
///
/// A name is taken for ours when it begins with "x-latchkey-" or equals that without its end, once letters
/// are in lower case and every other character than letters and digits is a hyphen: CGI and its successors
/// tell `X_Latchkey.Identity` from ours no more.
[[nodiscard]] HttpHeaders gate_headers(const HttpHeaders& sent, const GateClient& client);

/// Octets as the headers carry them.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace proxy
