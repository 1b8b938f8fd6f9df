// The body of a Certificate message: what is read is written as it was, but for the length in front.
#include "openpgp-auth/authenticating_key.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using openpgp_auth::CertificateBody;
  const tlscore::ByteView input(data, size);
  const auto body = openpgp_auth::parse_certificate_body(input);
  const auto key = openpgp_auth::authenticating_key(input);
  if (!body) {
    fuzz::require(!key);
    return 0;
  }
  fuzz::require(!key || body->kind == CertificateBody::Kind::Subkey);
  const auto written = openpgp_auth::write_certificate_body(*body);
  if (!written) return 0;
  const tlscore::ByteView inside = input.front() == 0 ? input.subspan(3) : input;
  fuzz::require(std::ranges::equal(tlscore::ByteView(*written).subspan(3), inside));
  fuzz::require(*openpgp_auth::parse_certificate_body(*written) == *body);
  return 0;
}
