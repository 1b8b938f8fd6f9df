// A CertificateVerify, and the list in a signature_algorithms extension: what is found in them stands there.
#include "tests/fuzz/require.h"
#include "tlscore/tls/certificate_verify.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tlscore;
  const ByteView input(data, size);
  bool listed = false;
  for (std::size_t at = 2; at + 1 < size; at += 2) listed |= data[at] == 0x04 && data[at + 1] == 0x20;
  fuzz::require(tls::lists_algorithm(input, tls::kRsaPkcs1Sha256Legacy) == listed);

  if (const auto message = tls::parse_certificate_verify(input)) {
    fuzz::require(message->signature.size() + 4 == size);
    fuzz::require(message->algorithm == (data[0] << 8U | data[1]));
  }
  Bytes room(data, data + size);
  std::size_t used = size / 2;
  const std::size_t before = used;
  const bool added = tls::add_algorithm(room, used, tls::kEd25519);
  fuzz::require(used == before + (added ? 2U : 0U) && used <= size);
  if (added)
    fuzz::require(tls::lists_algorithm(ByteView(room).first(used).subspan(before - 2), tls::kEd25519));
  return 0;
}
