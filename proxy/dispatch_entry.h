// Keeps this user entered at the machine's dispatcher (dispatcher.h), where there is one.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tlscore/base/descriptor_watch.h"
#include "tlscore/base/event_loop.h"

namespace proxy {

/// What the dispatcher says of itself.
struct DispatcherAnswer {
  uid_t user = 0;                      ///< Who it runs as.
  std::vector<std::string> addresses;  ///< Where it holds the port: "127.0.0.1:6091".
};

/// Reads "ok UID ADDRESS...". Fails with Refused, and the dispatcher's sentence, for "no SENTENCE", and with
/// Malformed for anything else.
[[nodiscard]] tlscore::Result<DispatcherAnswer> parse_dispatcher_answer(std::string_view text);

/// Enters the socket at `path` with the dispatcher that listens at `dispatcher`, and waits for its answer for
/// at most `limit`: for a short-lived command, and for a start. `kept` is the conversation, at whose end the
/// entry may be gone.
///
/// Fails with Unreachable when there is no dispatcher, with Refused when what listens there belongs neither
/// to the system nor to this user, with NotFound when there is no socket at `path`, with TimedOut, and as
/// parse_dispatcher_answer does.
[[nodiscard]] tlscore::Result<DispatcherAnswer> enter_dispatcher(const std::string& dispatcher,
                                                                 const std::string& path,
                                                                 std::chrono::milliseconds limit,
                                                                 tlscore::UniqueFd& kept);

/// Enters again, each time that the dispatcher has ended, until this is destroyed.
class DispatchEntry {
 public:
  static constexpr std::chrono::milliseconds kFirstPause{1000};
  static constexpr std::chrono::milliseconds kLongestPause{30000};

  /// `kept` as from enter_dispatcher, or none.
  DispatchEntry(tlscore::EventLoop& loop, std::string dispatcher, std::string path, tlscore::UniqueFd kept);

 private:
  void watch();
  void on_word();
  void try_later();
  void try_again();

  tlscore::EventLoop& m_loop;
  std::string m_dispatcher;
  std::string m_path;
  tlscore::UniqueFd m_kept;
  std::unique_ptr<tlscore::DescriptorWatch> m_watch;
  std::unique_ptr<tlscore::Timer> m_timer;
  std::chrono::milliseconds m_pause{kFirstPause};
};

}  // namespace proxy
