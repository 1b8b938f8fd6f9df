// Hello messages as a peer may send them: the certificate types that they name.
#include "tests/fuzz/require.h"
#include "tlscore/tls/certificate_type.h"

using namespace tlscore;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  const auto found = tls::find_certificate_types(input);
  if (found && *found) {
    fuzz::require((*found)->data() >= data && (*found)->data() + (*found)->size() <= data + size);
    static_cast<void>(tls::parse_certificate_types(**found));
    static_cast<void>(tls::parse_certificate_type(**found));
  }
  const Bytes extension = tls::write_certificate_type(tls::CertificateType::OpenPgp);
  if (const auto longer = tls::with_extension(input, extension))
    fuzz::require(longer->size() <= size + extension.size() + 2);
  return 0;
}
