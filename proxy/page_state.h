// What our own pages keep from one request to the next.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "proxy/browser_look.h"
#include "proxy/open_questions.h"
#include "proxy/status_sections.h"
#include "tlscore/base/bytes.h"
#include "tlscore/base/log_limit.h"
#include "tlscore/x509/random.h"

namespace proxy {

/// Loop's thread only. Made after x509::init_crypto.
struct PageState {
  PageState(tlscore::EventLoop& loop, tlscore::Workers& workers) : browsers(loop, workers) {}

  static constexpr std::size_t kKeyBytes = 32;

  /// Stands in every form of our pages, and has to come back with it: whoever cannot read them does not know
  /// it. A new one with each start. Hexadecimal; compare in constant time.
  const std::string key = tlscore::to_hex(tlscore::x509::random_bytes(kKeyBytes));
  /// Null: nobody asks anything. Outlives the connections.
  OpenQuestions* questions = nullptr;
  /// Do they know our CAs?
  BrowserLook browsers;
  /// Who listens to `/events` now.
  std::size_t listeners = 0;
  /// The last state of the page, which all listeners share.
  std::vector<StatusSection> sections{};
  std::chrono::steady_clock::time_point sections_made{};
  tlscore::LogLimit log_of_forged_forms{};
};

}  // namespace proxy
