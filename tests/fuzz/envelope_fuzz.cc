// What a stranger's envelope holds: whatever opens has a key of its own that it is about. The input is the
// extension, in a certificate for the key that the OpenPGP certificate has, if it has one.
#include "openpgp-auth/envelope.h"
#include "tests/fuzz/require.h"
#include "tlscore/x509/der.h"

namespace {

using namespace tlscore;

/// A certificate that nobody has signed.
Bytes unsigned_certificate(const x509::PublicKey& key, ByteView value) {
  const Bytes algorithm = {0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70};
  const Bytes name = {0x30, 0x00};
  const Bytes date = x509::der(x509::kDerUtcTime, as_bytes("300101000000Z"));
  const Bytes oid = x509::der(x509::kDerOid, openpgp_auth::kEnvelopeOid);
  const Bytes extension = x509::der(x509::kDerSequence, {oid, x509::der(x509::kDerOctetString, value)});
  const Bytes tbs =
      x509::der(x509::kDerSequence, {Bytes{0xa0, 0x03, 0x02, 0x01, 0x02}, Bytes{0x02, 0x01, 0x01}, algorithm,
                                     name, x509::der(x509::kDerSequence, {date, date}), name, key.spki(),
                                     x509::der(0xa3, x509::der(x509::kDerSequence, extension))});
  return x509::der(x509::kDerSequence, {tbs, algorithm, x509::der_bit_string(Bytes(64))});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  if (const auto certificate = x509::Certificate::parse_der(input))
    static_cast<void>(openpgp_auth::open_envelope(*certificate));

  const auto openpgp = openpgp_auth::Certificate::parse(input);
  if (!openpgp || !openpgp->primary().key) return 0;
  const auto& key = *openpgp->primary().key;
  const auto envelope =
      x509::Certificate::parse_der(unsigned_certificate(key, x509::der(x509::kDerOctetString, input)));
  if (!envelope) return 0;
  const auto content = openpgp_auth::open_envelope(*envelope);
  if (!content) return 0;
  fuzz::require(content->has_value() && (*content)->fingerprint == openpgp->primary().fingerprint);
  static_cast<void>(openpgp_auth::draft_envelope(
      {.key = key, .openpgp = Bytes(input.begin(), input.end()), .now = envelope->not_after()}));
  return 0;
}
