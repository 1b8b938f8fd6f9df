// URIs that a user wrote, against that of a key; and URIs made from whatever a token calls itself.
#include "tests/fuzz/require.h"
#include "tlscore/token/pkcs11_uri.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tlscore::token;
  const tlscore::ByteView input(data, size);
  const std::string_view text = tlscore::as_text(input);
  const std::string uri = make_key_uri({"A token", "Maker", "Model", "0001"}, tlscore::Bytes{3}, "a key");
  static_cast<void>(uri_names(text, uri));
  const std::string own =
      make_key_uri({text, text, text, text}, input.first(std::min<std::size_t>(size, 255)), text);
  if (own.size() > 4096 || text.contains('\0')) return 0;
  fuzz::require(own.starts_with("pkcs11:"));
  const auto names_itself = uri_names(own, own);
  fuzz::require(names_itself && *names_itself);
  return 0;
}
