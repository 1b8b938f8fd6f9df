// A request to a server and its response to a client, over connections that are there already.
//
// For the proxy's exchange with a party and the gate's with its backend. Who the server is, and whether the
// client may talk to it, is decided by them.
#pragma once

#include <string_view>

#include "proxy/http_parser.h"
#include "proxy/input_buffer.h"
#include "proxy/live_connections.h"

namespace proxy {

/// What a transfer works with, and how it ended. Everything in it outlives the transfer.
struct HttpTransfer {
  tlscore::EventLoop& loop;
  HttpRequestParser& parser;     ///< Has read the request's header; the body comes through it.
  const HttpRequest& request;    ///< As it is to be written: the parser's message, or what was made of it.
  InputBuffer& client;           ///< What it holds behind the header belongs to the body.
  InputBuffer& server;           ///< The connection to the server.
  LiveConnection& live;          ///< Its counts, and what ends it.
  std::string_view server_name;  ///< For messages: "the party".

  bool answered = false;     ///< Something of a response went to the client: no page of ours may follow.
  bool keep_client = false;  ///< The client may send its next request.
  bool keep_server = false;  ///< And so may we, to the server.
  bool bad_request = false;  ///< It failed because the request's body is not what HTTP allows.

  tlscore::Cancel answering{};  ///< For transfer() itself: ends the wait for a response that cannot come.
};

/// Carries the request whose header `parser` has read. Bodies stream both ways and at the same time; interim
/// responses pass; an upgrade (101) becomes a relay that lasts until it ends. A client that leaves cancels
/// `live`.
tlscore::Task<tlscore::Result<void>> transfer(HttpTransfer& x);

}  // namespace proxy
