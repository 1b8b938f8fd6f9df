// The pages that the port serves itself: the PAC file and the status page.
//
// They tell which parties the user has, so that no web page may read them: see DESIGN, "Who may use the
// port".
#pragma once

#include <string>

#include "proxy/http_message.h"
#include "proxy/services.h"

namespace proxy {

/// A whole response, which ends the connection: the page, or why not (404, 405, 421 for a Host that is not
/// exactly ours, 403 for a request that another site's page made).
[[nodiscard]] std::string own_page(Services& services, const HttpRequest& request);

}  // namespace proxy
