// One HTTP request in absolute-form, carried to its party, and the response carried back.
#pragma once

#include <memory>
#include <optional>

#include "proxy/destination.h"
#include "proxy/http_parser.h"
#include "proxy/input_buffer.h"
#include "proxy/live_connections.h"

namespace proxy {

/// A link to a party that is kept for the next request of the same client to the same host and port.
class KeptLink {
 public:
  KeptLink(Destination destination, std::unique_ptr<tlscore::Stream> stream, LiveConnection& live);
  KeptLink(const KeptLink&) = delete;
  KeptLink& operator=(const KeptLink&) = delete;

  [[nodiscard]] bool leads_to(const Destination& destination) const;
  [[nodiscard]] InputBuffer& input() { return m_input; }
  [[nodiscard]] tlscore::Stream& stream() { return *m_stream; }
  /// A response has come through it: a party may close it any time now.
  bool used = false;

 private:
  Destination m_destination;
  std::unique_ptr<tlscore::Stream> m_stream;
  LiveConnection::ClosesWith m_closes;
  InputBuffer m_input;
};

/// How a request ended.
struct ExchangeEnd {
  bool keep_client = false;  ///< The client may send its next request.
  bool answered = false;     ///< Something of a response went to the client: no page of ours may follow.
  bool bad_request = false;  ///< It failed because the request's body is not what HTTP allows.
  std::optional<tlscore::Error> error;
};

/// Carries the request whose header `parser` has read. Bodies stream both ways and at the same time; interim
/// responses pass; an upgrade (101) becomes a relay that lasts until it ends. `kept` is used and replaced.
tlscore::Task<ExchangeEnd> exchange(Services& services, const Destination& destination,
                                    HttpRequestParser& parser, InputBuffer& client,
                                    std::unique_ptr<KeptLink>& kept, LiveConnection& live);

}  // namespace proxy
