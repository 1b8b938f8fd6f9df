// The wording of everything that can go wrong: what happened, and what to do about it.
//
// No secret is ever part of it: whoever calls passes hosts, ports and reasons, all of which the reader knows
// or sent.
#pragma once

#include <cstddef>
#include <string_view>

#include "proxy/authority.h"
#include "proxy/page.h"
#include "tlscore/base/result.h"

namespace proxy {

/// 403: the destination is none of the user's parties.
[[nodiscard]] Problem not_a_party(const Authority& destination);
/// 403: a request for http:// to a party whose programs do TLS themselves.
[[nodiscard]] Problem tunnelled_only(const Authority& party);
/// 403: the destination's address is one that Latchkey does not connect to. `rule` is a clause that says
/// which.
[[nodiscard]] Problem address_refused(const Authority& destination, std::string_view rule);
/// 403: somebody else than this user connected.
[[nodiscard]] Problem another_user();
/// 503: the dispatcher holds the port, and this user has no daemon.
[[nodiscard]] Problem no_daemon();
/// 403: another origin's web page asked for a page of ours.
[[nodiscard]] Problem another_origin();
/// 403: a credential of `latchkey exec` that is not, or no longer, good.
[[nodiscard]] Problem unknown_credential();

/// 400, 431 or 505: as status_for() says of the parser's error.
[[nodiscard]] Problem bad_request(const tlscore::Error& error);
/// 404: no page of ours is called so.
[[nodiscard]] Problem no_such_page();
/// 405, with the header Allow, for which `allowed` is: "GET, HEAD".
[[nodiscard]] Problem method_not_allowed(std::string_view allowed);
/// 403: a form without the key of the page, or with that of an earlier start.
[[nodiscard]] Problem old_form();
/// 413: larger than any form of ours.
[[nodiscard]] Problem form_too_large();
/// 415: the form has another type than a browser's.
[[nodiscard]] Problem form_not_understood();
/// 503: as many pages are kept up to date as may be.
[[nodiscard]] Problem too_many_listeners();
/// 421: Host is not one of ours. `own_address` is where the pages are, e.g. "127.0.0.1:6091".
[[nodiscard]] Problem wrong_host(std::string_view own_address);

/// 502: the party is not proven to be itself. `reason` is a clause, e.g. "its certificate expired on 3 May
/// 2026".
[[nodiscard]] Problem untrusted_party(const Authority& party, std::string_view reason);
/// 502: no connection came about.
[[nodiscard]] Problem unreachable(const Authority& party, std::string_view reason);
/// 502: the party answers, but not as HTTP or TLS allow.
[[nodiscard]] Problem bad_answer(const Authority& party, std::string_view reason);
/// 502: this build, or the user's key, cannot do what this connection needs. `reason` says what to change.
[[nodiscard]] Problem cannot_be_opened(const Authority& party, std::string_view reason);
/// 504: a time limit ran out. `doing` is a clause, e.g. "setting up TLS".
[[nodiscard]] Problem timed_out(const Authority& party, std::string_view doing);

/// 503: no token is plugged in.
[[nodiscard]] Problem disarmed(const Authority& party, std::string_view reason = "");
/// 503: the token left while it was in use.
[[nodiscard]] Problem token_removed(const Authority& party);
/// 503: the token is there, but its PIN was not given. `reason`: what became of the last question for it.
[[nodiscard]] Problem pin_wanted(const Authority& party, std::string_view reason = "");
/// 503: the token is there and open, but would not sign.
[[nodiscard]] Problem token_failed(const Authority& party, std::string_view reason);
/// 503: another program has the token for itself alone. `reason` names it, and what mends that.
[[nodiscard]] Problem token_held(const Authority& party, std::string_view reason);
/// 503: the bound on connections is reached.
[[nodiscard]] Problem too_many_connections(std::size_t limit);

/// The one of these that fits an error on the way to a party, by its kind.
[[nodiscard]] Problem party_failed(const Authority& party, const tlscore::Error& error);

}  // namespace proxy
