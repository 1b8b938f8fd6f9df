// A request on its way to a gate's backend: what the backend's parser sees of our headers is what the gate
// said.
#include "proxy/gate_headers.h"
#include "proxy/http_parser.h"
#include "proxy/http_serialize.h"
#include "tests/fuzz/require.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  proxy::HttpRequestParser parser;
  if (!parser.consume({data, size}) || !parser.header_done()) return 0;
  proxy::HttpRequest request = parser.take_message();
  if (request.target.form == proxy::HttpTargetForm::Authority) return 0;
  proxy::GateClient client;
  client.method = proxy::GateMethod::X509;
  client.vouched_for = true;
  client.fingerprint = "ab";
  client.subject = "CN=" + std::string(tlscore::as_text({data, size}));
  request.headers = proxy::gate_headers(request.headers, client);
  const std::string written = proxy::write_request(request, true);

  proxy::HttpRequestParser backend({.header_bytes = 16 * written.size(), .header_fields = 1000});
  // A request of HTTP/1.0 without Host goes no further than the gate.
  if (!backend.consume(tlscore::as_bytes(written))) return 0;
  fuzz::require(backend.header_done());
  std::size_t ours = 0;
  for (const proxy::HttpHeader& header : backend.message().headers) {
    const std::string name = tlscore::to_lower(header.name);
    if (name.starts_with("x-latchkey") || name.starts_with("x_latchkey")) ++ours;
  }
  fuzz::require(ours == 3);
  fuzz::require(*proxy::find_header(backend.message().headers, "X-Latchkey-Method") == "x509");
  fuzz::require(proxy::count_headers(backend.message().headers, "X-Latchkey-Method") == 1);
  return 0;
}
