// An OpenPGP certificate from the network: what is read can be cut down, and reads the same again.
#include "openpgp-auth/back_signature.h"
#include "openpgp-auth/minimal_certificate.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using openpgp_auth::Certificate;
  const auto certificate = Certificate::parse({data, size});
  if (!certificate) return 0;
  const openpgp_auth::KeyPacket& primary = certificate->primary();
  fuzz::require(primary.key.has_value() == primary.why.empty());
  fuzz::require(std::ranges::equal(certificate->octets(), tlscore::ByteView(data, size)));
  static_cast<void>(openpgp_auth::primary_key_flags(*certificate));
  for (const openpgp_auth::Subkey& subkey : certificate->subkeys()) {
    fuzz::require(subkey.key.key.has_value() == subkey.key.why.empty());
    // A back-signature can only hold for a key that can sign.
    fuzz::require(!check_back_signature(primary, subkey) || subkey.key.key);
    const auto minimal = openpgp_auth::minimal_certificate(*certificate, subkey.key.fingerprint, "");
    if (!minimal) continue;
    const auto again = Certificate::parse(*minimal);
    fuzz::require(again && again->primary().fingerprint == primary.fingerprint);
    fuzz::require(again->user_ids().size() == 1 && again->user_ids()[0].revocations.empty());
    fuzz::require(again->subkeys().size() == 1 && again->subkeys()[0].bindings.size() == 1);
    fuzz::require(*openpgp_auth::minimal_certificate(*again, subkey.key.fingerprint, "") == *minimal);
  }
  return 0;
}
