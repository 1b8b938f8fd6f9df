// `/events`: the status page as it changes, as server-sent events (HTML Standard, section 9.2).
#pragma once

#include "proxy/http_message.h"
#include "proxy/input_buffer.h"
#include "proxy/live_connections.h"
#include "proxy/services.h"
#include "proxy/status_sections.h"

namespace proxy {

/// As many pages may listen at a time.
inline constexpr std::size_t kMaxListeners = 16;

/// One event for each of `now` that is not in `sent`: its name is the part's, its data the part's HTML.
[[nodiscard]] std::string events_for(const std::vector<StatusSection>& now,
                                     const std::vector<StatusSection>& sent);

/// Answers, and goes on until the client leaves or `live` is cancelled. All parts come first, then those that
/// changed, at most twice a second, and less often to a client that reads slowly: what it missed is left out.
/// Beyond kMaxListeners it answers 503. The request was checked as that of any page of ours.
tlscore::Task<void> stream_status(Services& services, InputBuffer& client, const HttpRequest& request,
                                  LiveConnection& live);

}  // namespace proxy
