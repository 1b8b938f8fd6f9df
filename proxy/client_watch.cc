// A read that is there for its end.
#include "proxy/client_watch.h"

namespace proxy {

using namespace tlscore;

Task<void> watch_client(InputBuffer& client, LiveConnection& live, Cancel& until, Promise<void> ended) {
  if (client.view().empty()) {
    auto more = co_await client.more(until, kNoLimit);
    const bool left = !until.requested() && !(more && *more);
    if (left) live.cancel.request({ErrorKind::Cancelled, "the client left before it had its answer"});
  }
  ended.settle({});
}

}  // namespace proxy
