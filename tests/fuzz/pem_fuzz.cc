// PEM files: blocks that are read can be written and read again.
#include "tests/fuzz/require.h"
#include "tlscore/x509/certificate.h"
#include "tlscore/x509/pem.h"
#include "tlscore/x509/private_key.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tlscore;
  const std::string_view text = as_text({data, size});
  const auto blocks = x509::parse_pem(text, "CERTIFICATE");
  if (blocks) {
    std::string again;
    for (const Bytes& block : *blocks) again += x509::to_pem("CERTIFICATE", block);
    fuzz::require(x509::parse_pem(again, "CERTIFICATE").value() == *blocks);
  }
  static_cast<void>(x509::parse_pem_certificates(text));
  static_cast<void>(x509::PrivateKey::parse_pem(text));
  return 0;
}
