// A CRL from a file: what is read answers every question, and lists what it was read from.
#include "tests/fuzz/require.h"
#include "tlscore/x509/crl.h"
#include "tlscore/x509/directory_string.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tlscore;
  const auto crls = x509::parse_crls(as_text({data, size}));
  if (!crls) return 0;
  fuzz::require(!crls->empty());
  for (const x509::Crl& crl : *crls) {
    fuzz::require(x509::escape_controls(crl.issuer()) == crl.issuer());
    static_cast<void>(crl.revokes(ByteView()));
    static_cast<void>(crl.revokes(crl.scope()));
    fuzz::require(crl.authority_key_identifier().size() < size);
  }
  return 0;
}
