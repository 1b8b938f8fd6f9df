// status, lock, unlock, reload, explain, lease, make-cas, stop.
#include "proxy/control_commands.h"

#include <fcntl.h>

#include <nlohmann/json.hpp>

#include "proxy/explain_report.h"
#include "proxy/local_leaves.h"
#include "proxy/party_cas.h"
#include "proxy/party_link.h"
#include "proxy/status_report.h"
#include "proxy/tokens.h"
#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;
using nlohmann::json;

namespace {

json failure(const Error& error) {
  return {{"ok", false}, {"kind", std::string(to_string(error.kind))}, {"error", printable(error.message)}};
}

/// A member of the wanted type, or its default.
template <class T>
T member(const json& request, const char* name, T otherwise) {
  const auto found = request.find(name);
  if (found == request.end()) return otherwise;
  if constexpr (std::is_same_v<T, bool>) {
    return found->is_boolean() ? found->get<bool>() : otherwise;
  } else {
    return found->is_string() ? found->get<std::string>() : otherwise;
  }
}

/// How the person at the command wants to give a PIN; each of several tokens gets the terminal for itself.
token::LoginOptions asked_login(const json& request, const ControlConversation& conversation) {
  token::LoginOptions login;
  login.allow_final_try = member(request, "allow_final_try", false);
  login.source = conversation.terminal ? token::PinSource::Terminal : token::PinSource::Pinentry;
  if (conversation.terminal) login.terminal.reset(::fcntl(conversation.terminal.get(), F_DUPFD_CLOEXEC, 0));
  if (const auto options = request.find("pinentry_options");
      options != request.end() && options->is_array()) {
    for (const json& option : *options) {
      if (option.is_string()) login.pinentry_options.push_back(option.get<std::string>());
    }
  }
  return login;
}

Task<json> unlock(Services& services, const json& request, ControlConversation& conversation,
                  Cancel& cancel) {
  const bool ask = services.tokens.asks_person() || member(request, "pinentry", false);
  std::function<std::optional<token::LoginOptions>()> make_login = [&] {
    return ask ? std::optional(asked_login(request, conversation)) : std::nullopt;
  };
  auto unlocked = co_await services.tokens.unlock(std::move(make_login), cancel);
  conversation.terminal.reset();
  if (!unlocked) co_return failure(unlocked.error());
  co_return json{{"ok", true}};
}

Task<json> explain(Services& services, const json& request, Cancel& cancel) {
  const std::string url = member(request, "url", std::string());
  auto asked = parse_explained_url(url);
  if (!asked) co_return failure(asked.error());
  const std::optional<Credential> none;
  auto destination = find_destination(services, *asked, none);
  if (!destination) co_return failure(destination.error());
  if (destination->mode() == LocalMode::Tunnel) {
    co_return failure({ErrorKind::Unsupported, "this party is set to `tunnel`: Latchkey does not judge it"});
  }
  LiveConnection live;
  live.asked_by = "explain";
  const LiveConnections::Membership membership(services.connections, live);
  const auto gone = cancel.on_request([&live](const Error& why) { live.abort(why); });
  const bool fresh = member(request, "fresh", false);
  auto explanation = co_await explain_destination(services, *destination, live, fresh);
  if (!explanation) co_return failure(explanation.error());
  json report = explain_report(*destination, *explanation);
  report["ok"] = true;
  co_return report;
}

/// The local CA of each party is there after it.
Task<json> make_cas(Services& services, Cancel& cancel) {
  const auto settings = services.settings;  // a reload may replace it meanwhile
  for (const Party& party : settings->config().parties) {
    if (!has_local_ca(party)) continue;
    auto made = co_await services.leaves.make_ca(party, cancel);
    if (!made) co_return failure(made.error());
  }
  co_return json{{"ok", true}};
}

}  // namespace

Task<json> answer_control(Services& services, const ControlServer::Actions& actions, std::string line,
                          ControlConversation& conversation, Cancel& cancel) {
  const json request = json::parse(line, nullptr, false);
  if (!request.is_object()) co_return failure({ErrorKind::Malformed, "the request is no JSON object"});
  const std::string command = member(request, "command", std::string());
  json done{{"ok", true}};
  if (command == "status") {
    done["status"] = status_report(services);
  } else if (command == "lock") {
    co_await services.tokens.lock(LockReason::User);
  } else if (command == "unlock") {
    done = co_await unlock(services, request, conversation, cancel);
  } else if (command == "explain") {
    done = co_await explain(services, request, cancel);
  } else if (command == "reload") {
    if (const auto reloaded = actions.reload(); !reloaded) done = failure(reloaded.error());
  } else if (command == "lease") {
    conversation.lease = std::make_unique<Credentials::Lease>(services.credentials);
    done["user"] = conversation.lease->credential().user;
    done["password"] = conversation.lease->credential().password;
    done["listen"] = services.addresses;
  } else if (command == "make-cas") {
    done = co_await make_cas(services, cancel);
  } else if (command == "stop") {
    actions.stop();
  } else {
    done = failure({ErrorKind::Unsupported, "no such command"});
  }
  co_return done;
}

}  // namespace proxy
