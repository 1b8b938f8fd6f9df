// Checked first, done after.
#include "proxy/page_actions.h"

#include <algorithm>
#include <charconv>

#include "proxy/deadline.h"
#include "proxy/gates.h"
#include "proxy/page_problems.h"
#include "proxy/page_state.h"
#include "proxy/tokens.h"
#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr std::chrono::seconds kReadLimit{10};

std::string path_of(const HttpRequest& request) {
  return request.target.path.substr(0, request.target.path.find('?'));
}

/// Browsers send it with every POST, and let no page choose it.
bool is_from_our_page(const HttpRequest& request) {
  const std::string* origin = find_header(request.headers, "Origin");
  return origin != nullptr && count_headers(request.headers, "Origin") == 1 &&
         to_lower(*origin) == "http://" + host_field(*request.host, 80);
}

bool is_form(const HttpRequest& request) {
  const std::string* type = find_header(request.headers, "Content-Type");
  return type != nullptr &&
         to_lower(type->substr(0, type->find_first_of("; \t"))) == "application/x-www-form-urlencoded";
}

/// Why this header is none of a form of ours, if so.
std::optional<Problem> check_header(const HttpRequest& request) {
  if (!is_from_our_page(request)) return another_origin();
  if (!is_form(request)) return form_not_understood();
  if (request.framing.kind == HttpFraming::Kind::Length && request.framing.length > kMaxFormBytes)
    return form_too_large();
  return std::nullopt;
}

/// The body; fails with TooLarge as soon as it is.
Task<Result<std::string>> read_body(InputBuffer& client, HttpRequestParser& parser, Cancel& cancel) {
  std::string body;
  parser.resume_body([&body](ByteView piece) {
    if (body.size() <= kMaxFormBytes) body += as_text(piece);
  });
  for (;;) {
    auto used = parser.consume(client.view());
    if (!used) co_return fail(used.error());
    client.drop(*used);
    if (body.size() > kMaxFormBytes)
      co_return fail(ErrorKind::TooLarge, "the form is longer than any of ours");
    if (parser.message_done()) co_return body;
    auto more = co_await client.more(cancel, kNoLimit);
    if (!more) co_return fail(more.error());
    if (!*more) co_return fail(ErrorKind::Closed, "the form broke off");
  }
}

std::uint64_t number_in(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : 0;
}

/// One of the gate's that listens there.
bool close_at_gate(const Services& services, const std::string& listens_at, std::uint64_t id,
                   const Error& why) {
  if (services.gates == nullptr) return false;
  const auto& gates = services.gates->all();
  const auto found =
      std::ranges::find(gates, listens_at, [](const auto& gate) { return gate->address().text(); });
  return found != gates.end() && (*found)->abort_one(id, why);
}

/// One of the proxy's own. Connections of the page itself are not on it.
bool close_at_proxy(Services& services, std::uint64_t id, const Error& why) {
  const auto& all = services.connections.all();
  const auto found = std::ranges::find(all, id, &LiveConnection::id);
  return found != all.end() && !(*found)->party.empty() && services.connections.abort_one(id, why);
}

/// Where on the page that connection was.
std::string close_connection(Services& services, const PageForm& form) {
  const Error why{ErrorKind::Cancelled, "it was closed on the status page"};
  const std::uint64_t id = number_in(form_value(form, "connection"));
  const std::string gate = form_value(form, "gate");
  const bool closed =
      gate.empty() ? close_at_proxy(services, id, why) : close_at_gate(services, gate, id, why);
  if (closed) log(LogLevel::Notice, "connection " + std::to_string(id) + " was closed on the status page");
  return gate.empty() ? "connections" : "gates";
}

/// Does it; where on the page the answer leads.
Task<std::string> act(Services& services, std::string path, PageForm form) {
  if (path == "/lock") {
    co_await services.tokens.lock(LockReason::User);
    co_return "state";
  }
  if (path == "/close") co_return close_connection(services, form);
  if (services.pages.questions != nullptr) {
    const auto answered = answer_question(*services.pages.questions, form);
    if (!answered)
      log(LogLevel::Info, "an answer on the status page was not used: " + answered.error().message);
  }
  co_return "questions";
}

bool has_our_key(const Services& services, const PageForm& form) {
  const std::string key = form_value(form, "key");
  return equal_in_constant_time(as_bytes(key), as_bytes(services.pages.key));
}

}  // namespace

bool is_action(std::string_view path) {
  return path == "/lock" || path == "/close" || path == "/answer";
}

Result<void> answer_question(OpenQuestions& questions, const PageForm& form) {
  const std::uint64_t question = number_in(form_value(form, "question"));
  if (question == 0) return fail(ErrorKind::Malformed, "the form names no question");
  return questions.answer(question, form_value(form, "choice"));
}

Task<std::string> answer_action(Services& services, InputBuffer& client, HttpRequestParser& parser,
                                LiveConnection& live) {
  const HttpRequest& request = parser.message();
  const PageFormat format = wanted_format(request.headers);
  HttpClientSide side = client_side(request);
  side.keep_alive = false;
  if (const auto problem = check_header(request)) co_return write_problem(*problem, format, side);
  Deadline deadline(services.loop, live.cancel, kReadLimit, "the form");
  auto body = co_await read_body(client, parser, deadline.cancel());
  auto form = body ? parse_page_form(*body) : Result<PageForm>(fail(body.error()));
  if (!form && form.error().kind == ErrorKind::TooLarge)
    co_return write_problem(form_too_large(), format, side);
  if (!form) co_return write_problem(bad_request(form.error()), format, side);
  if (!has_our_key(services, *form)) {
    services.pages.log_of_forged_forms.log(
        LogLevel::Notice, "a form that is none of the status page's was refused: " + path_of(request));
    co_return write_problem(old_form(), format, side);
  }
  std::string path = path_of(request);
  const std::string place = co_await act(services, std::move(path), std::move(*form));
  const Page back{.status = 303,
                  .content_type = "text/plain; charset=utf-8",
                  .body = "Done.\n",
                  .headers = {{"Location", "/#" + place}}};
  co_return write_page(back, side);
}

}  // namespace proxy
