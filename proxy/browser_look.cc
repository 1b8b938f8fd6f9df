// One look at a time.
#include "proxy/browser_look.h"

#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;

namespace {

/// certutil ends sooner, or is ended.
constexpr std::chrono::seconds kLimit{60};

}  // namespace

void BrowserLook::refresh(const std::shared_ptr<const Settings>& settings, const std::string& token_key) {
  const bool is_recent =
      m_settings == settings && m_token_key == token_key && std::chrono::steady_clock::now() - m_last < kAge;
  if (m_looking || is_recent || m_cancel.requested()) return;
  m_looking = true;
  m_settings = settings;
  m_token_key = token_key;
  spawn(m_loop, look(settings, token_key));
}

Task<void> BrowserLook::look(std::shared_ptr<const Settings> settings, std::string token_key) {
  auto job = [settings, folders = BaseFolders::of_this_process(), token_key = std::move(token_key)] {
    return look_into_browsers(settings->config(), folders, token_key);
  };
  auto found = co_await m_workers.run(std::move(job), m_cancel, kLimit);
  m_looking = false;
  m_last = std::chrono::steady_clock::now();
  m_found.reset();
  if (found) {
    m_found = std::move(*found);
  } else if (!m_cancel.requested()) {
    log(LogLevel::Info, "the browsers' certificates were not looked at: " + found.error().message);
  }
}

void BrowserLook::stop() {
  m_cancel.request({ErrorKind::Cancelled, "Latchkey ends"});
}

}  // namespace proxy
