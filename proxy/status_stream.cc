// Looks, compares, sends.
#include "proxy/status_stream.h"

#include <algorithm>

#include "proxy/client_watch.h"
#include "proxy/last_answer.h"
#include "proxy/page_problems.h"
#include "proxy/page_state.h"
#include "proxy/status_page.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr std::chrono::milliseconds kBetweenLooks{500};
/// A comment, so that both ends notice when the other is gone.
constexpr std::chrono::seconds kSignOfLife{20};

/// Counts a listener for as long as it lives.
class Listening {
 public:
  explicit Listening(PageState& pages) : m_pages(pages) { ++m_pages.listeners; }
  ~Listening() { --m_pages.listeners; }
  Listening(const Listening&) = delete;
  Listening& operator=(const Listening&) = delete;
  Listening(Listening&&) = delete;
  Listening& operator=(Listening&&) = delete;

 private:
  PageState& m_pages;
};

/// Made once for all who listen.
const std::vector<StatusSection>& shared_sections(Services& services) {
  const auto now = std::chrono::steady_clock::now();
  PageState& pages = services.pages;
  // A little less than the time between two looks, so that no listener looks at its own last one again.
  if (pages.sections.empty() || now - pages.sections_made >= kBetweenLooks * 9 / 10) {
    pages.sections = current_sections(services);
    pages.sections_made = now;
  }
  return pages.sections;
}

Task<Result<void>> send_events(Services& services, Stream& stream, HttpFraming framing, Cancel& cancel) {
  std::vector<StatusSection> sent;
  auto last_sent = std::chrono::steady_clock::now();
  for (;;) {
    const std::vector<StatusSection>& now = shared_sections(services);
    std::string text = events_for(now, sent);
    if (sent.empty()) text.insert(0, "retry: 2000\n\n");
    if (text.empty() && std::chrono::steady_clock::now() - last_sent >= kSignOfLife)
      text = ": still here\n\n";
    if (!text.empty()) {
      sent = now;
      Bytes piece;
      write_body_piece(framing, as_bytes(text), piece);
      auto written = co_await stream.write(piece, cancel, Limits::kRequestHeader);
      if (!written) co_return written;
      last_sent = std::chrono::steady_clock::now();
    }
    const Promise<void> pause(services.loop);
    static_cast<void>(co_await pause.wait(cancel, kBetweenLooks));
    if (cancel.requested()) co_return fail(cancel.reason());
  }
}

}  // namespace

std::string events_for(const std::vector<StatusSection>& now, const std::vector<StatusSection>& sent) {
  std::string text;
  for (const StatusSection& section : now) {
    if (std::ranges::find(sent, section) != sent.end()) continue;
    text += "event: " + section.id + "\n";
    std::string_view rest = section.html;
    while (rest.ends_with('\n')) rest.remove_suffix(1);
    for (;;) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      text.append("data: ").append(line).append("\n");
      if (line.size() == rest.size()) break;
      rest.remove_prefix(line.size() + 1);
    }
    text += '\n';
  }
  return text;
}

Task<void> stream_status(Services& services, InputBuffer& client, const HttpRequest& request,
                         LiveConnection& live) {
  HttpClientSide side = client_side(request);
  side.keep_alive = false;
  if (services.pages.listeners >= kMaxListeners) {
    std::string text = write_problem(too_many_listeners(), PageFormat::Text, side);
    co_await send_last_answer(client, std::move(text), live.cancel);
    co_return;
  }
  const Listening listening(services.pages);
  // Whoever comes has seen the page as it is now, and must not be shown an older one.
  services.pages.sections.clear();
  live.phase = "listening";
  const Page page{.content_type = "text/event-stream", .body = "", .headers = {}};
  const HttpResponseHead head = write_page_head(page, side);
  const Bytes octets = to_bytes(head.text);
  auto written = co_await client.stream().write(octets, live.cancel, Limits::kRequestHeader);
  if (!written || side.head) co_return;
  auto sending = send_events(services, client.stream(), head.framing, live.cancel);
  static_cast<void>(co_await while_client_stays(services.loop, client, live, std::move(sending)));
}

}  // namespace proxy
