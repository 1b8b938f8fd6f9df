// A descriptor of our socket's name, sent once, and a conversation that tells when it is needed again.
#include "proxy/dispatch_entry.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include "proxy/descriptor_message.h"
#include "proxy/dispatcher.h"
#include "proxy/peer_owner.h"
#include "tlscore/base/log.h"
#include "tlscore/base/socket.h"

namespace proxy {

using namespace tlscore;

namespace {

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

/// Sends the request; the answer is not there yet.
Result<UniqueFd> ask_to_enter(const std::string& dispatcher, const std::string& path) {
  const UniqueFd name(::open(path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!name) return fail(ErrorKind::NotFound, path + ": " + describe_errno(errno));
  UniqueFd fd = TRY(connect_for_messages(dispatcher));
  const uid_t listener = TRY(peer_owner(fd.get()));
  if (listener != 0 && listener != ::geteuid())
    return fail(ErrorKind::Refused,
                dispatcher + " is not the system's, but user " + std::to_string(listener) + "'s");
  TRY(send_descriptor(fd.get(), kEnterRequest, name.get()));
  return fd;
}

}  // namespace

Result<DispatcherAnswer> parse_dispatcher_answer(std::string_view text) {
  if (text.starts_with("no "))
    return fail(ErrorKind::Refused, "the dispatcher says no: " + printable(text.substr(3)));
  if (!text.starts_with("ok "))
    return fail(ErrorKind::Malformed, "the dispatcher answers something else than \"ok\"");
  std::vector<std::string> words = split(text.substr(3));
  if (words.empty()) return fail(ErrorKind::Malformed, "the dispatcher does not say who it is");
  DispatcherAnswer answer;
  const char* const end = words[0].data() + words[0].size();
  if (const auto read = std::from_chars(words[0].data(), end, answer.user);
      read.ec != std::errc() || read.ptr != end)
    return fail(ErrorKind::Malformed, "the dispatcher does not say who it is");
  answer.addresses.assign(words.begin() + 1, words.end());
  return answer;
}

Result<DispatcherAnswer> enter_dispatcher(const std::string& dispatcher, const std::string& path,
                                          std::chrono::milliseconds limit, UniqueFd& kept) {
  UniqueFd fd = TRY(ask_to_enter(dispatcher, path));
  pollfd answer{.fd = fd.get(), .events = POLLIN, .revents = 0};
  if (::poll(&answer, 1, static_cast<int>(limit.count())) <= 0)
    return fail(ErrorKind::TimedOut, "the dispatcher does not answer");
  const auto message = TRY(take_message(fd.get()));
  DispatcherAnswer read = TRY(parse_dispatcher_answer(message ? message->text : ""));
  kept = std::move(fd);
  return read;
}

DispatchEntry::DispatchEntry(EventLoop& loop, std::string dispatcher, std::string path, UniqueFd kept)
    : m_loop(loop), m_dispatcher(std::move(dispatcher)), m_path(std::move(path)), m_kept(std::move(kept)) {
  watch();
}

void DispatchEntry::watch() {
  m_watch.reset();
  if (!m_kept) {
    try_later();
    return;
  }
  auto watch =
      DescriptorWatch::create(m_loop, m_kept.get(), DescriptorWatch::For::Reading, [this] { on_word(); });
  if (watch) m_watch = std::move(*watch);
}

void DispatchEntry::on_word() {
  const auto message = take_message(m_kept.get());
  if (message && !message->has_value()) return;
  if (message && !(*message)->text.empty()) {
    if (const auto answer = parse_dispatcher_answer((*message)->text); !answer) {
      log(LogLevel::Warning, answer.error().message);
    } else {
      m_pause = kFirstPause;
    }
    return;
  }
  m_watch.reset();
  m_kept.reset();
  try_later();
}

void DispatchEntry::try_later() {
  m_timer = m_loop.after(m_pause, [this] { try_again(); });
  m_pause = std::min(2 * m_pause, kLongestPause);
}

void DispatchEntry::try_again() {
  if (auto asked = ask_to_enter(m_dispatcher, m_path)) m_kept = std::move(*asked);
  watch();
}

}  // namespace proxy
