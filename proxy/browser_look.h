// The daemon's look into the stores of the user's browsers, off the loop, for as long as somebody looks at
// the status page.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include "proxy/browser_stores.h"
#include "proxy/settings.h"
#include "tlscore/base/worker.h"

namespace proxy {

/// Loop's thread only. Loop and workers outlive it; it outlives the loop's tasks.
class BrowserLook {
 public:
  /// How old what was found may be.
  static constexpr std::chrono::seconds kAge{10};

  BrowserLook(tlscore::EventLoop& loop, tlscore::Workers& workers) : m_loop(loop), m_workers(workers) {}

  /// Begins to look again, unless it is looking or has found this lately with the same settings and the same
  /// key, which is as for open_party_cas.
  void refresh(const std::shared_ptr<const Settings>& settings, const std::string& token_key);
  /// What was found last; nothing before that, and where it could not be found.
  [[nodiscard]] const std::optional<std::vector<BrowserStore>>& found() const { return m_found; }
  /// Looks no more.
  void stop();

 private:
  tlscore::Task<void> look(std::shared_ptr<const Settings> settings, std::string token_key);

  tlscore::EventLoop& m_loop;
  tlscore::Workers& m_workers;
  tlscore::Cancel m_cancel;
  std::optional<std::vector<BrowserStore>> m_found;
  std::shared_ptr<const Settings> m_settings;  ///< With which the last look began.
  std::string m_token_key;                     ///< The same.
  std::chrono::steady_clock::time_point m_last;
  bool m_looking = false;
};

}  // namespace proxy
