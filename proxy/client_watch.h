// Notices a client that leaves while something is done for it.
#pragma once

#include "proxy/input_buffer.h"
#include "proxy/live_connections.h"

namespace proxy {

/// Ends the connection when the client closes its side before `until`: who has gone wants no answer. What it
/// sends meanwhile is kept in the buffer, and nobody watches it from then on. `ended` tells that nothing is
/// read any more.
tlscore::Task<void> watch_client(InputBuffer& client, LiveConnection& live, tlscore::Cancel& until,
                                 tlscore::Promise<void> ended);

/// Does `work`, which ends when `live` is cancelled, and watches the client meanwhile, which is Unanswered.
/// Nobody else may read from it.
template <class T>
tlscore::Task<T> while_client_stays(tlscore::EventLoop& loop, InputBuffer& client, LiveConnection& live,
                                    tlscore::Task<T> work) {
  const LiveConnection::Unanswered unanswered(live, client.stream());
  tlscore::Cancel until;
  const tlscore::Promise<void> ended(loop);
  spawn(loop, watch_client(client, live, until, ended));
  T result = co_await std::move(work);
  until.request({tlscore::ErrorKind::Cancelled, "it is done"});
  tlscore::Cancel never;
  static_cast<void>(co_await ended.wait(never));
  // Why it was ended, not what that looked like to whoever waited for the party or the token.
  if (!result && live.cancel.requested()) co_return fail(live.cancel.reason());
  co_return result;
}

}  // namespace proxy
