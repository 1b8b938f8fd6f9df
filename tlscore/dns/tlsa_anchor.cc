// A certificate is the one form in which a path takes an anchor. Its signature is not looked at, since nobody
// has to vouch for an anchor; so there is nothing in its place.
#include "tlscore/dns/tlsa_anchor.h"

#include <algorithm>
#include <optional>

#include "tlscore/x509/der.h"

namespace tlscore::dns {
namespace {

using x509::der;
using x509::DerReader;

/// Certificate ::= SEQUENCE { tbs SEQUENCE { [0] version, serial, algorithm, issuer Name, ... } ... }
std::optional<ByteView> issuer_of(const x509::Certificate& certificate) {
  DerReader outer(certificate.der());
  const auto fields = outer.next(x509::kDerSequence);
  if (!fields) return std::nullopt;
  DerReader inner(*fields);
  const auto tbs = inner.next(x509::kDerSequence);
  if (!tbs) return std::nullopt;
  DerReader reader(*tbs);
  static_cast<void>(reader.next(0xa0));
  const auto serial = reader.next(x509::kDerInteger);
  const auto algorithm = reader.next(x509::kDerSequence);
  const auto issuer = reader.next();
  if (!serial || !algorithm || !issuer) return std::nullopt;
  return issuer->whole;
}

/// Version 3, for all time, basicConstraints with cA.
Bytes anchor_der(ByteView name, const x509::PublicKey& key) {
  // ecdsa-with-SHA256 (RFC 5758): a certificate has to name some algorithm.
  const Bytes algorithm = {0x30, 0x0a, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02};
  const Bytes version = {0xa0, 0x03, 0x02, 0x01, 0x02};
  const Bytes one = {1};
  const Bytes serial = x509::der_integer(one);
  const Bytes validity =
      der(x509::kDerSequence, {der(x509::kDerUtcTime, as_bytes("500101000000Z")),
                               der(x509::kDerGeneralizedTime, as_bytes("99991231235959Z"))});
  const Bytes basic_constraints = {0x30, 0x0f, 0x06, 0x03, 0x55, 0x1d, 0x13, 0x01, 0x01,
                                   0xff, 0x04, 0x05, 0x30, 0x03, 0x01, 0x01, 0xff};
  const Bytes extensions = der(0xa3, der(x509::kDerSequence, basic_constraints));
  const Bytes tbs =
      der(x509::kDerSequence, {version, serial, algorithm, name, validity, name, key.spki(), extensions});
  return der(x509::kDerSequence, {tbs, algorithm, x509::der_bit_string(one)});
}

}  // namespace

std::vector<x509::Certificate> anchors_of_key(const x509::PublicKey& key,
                                              std::span<const x509::Certificate> chain) {
  std::vector<x509::Certificate> anchors;
  for (const x509::Certificate& certificate : chain) {
    const auto name = issuer_of(certificate);
    if (!name) continue;
    auto anchor = x509::Certificate::parse_der(anchor_der(*name, key));
    if (anchor && std::ranges::find(anchors, *anchor) == anchors.end()) anchors.push_back(std::move(*anchor));
  }
  return anchors;
}

}  // namespace tlscore::dns
