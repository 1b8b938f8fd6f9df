// The built-in party, demo.latchkey.test: a TLS server inside this process that shows who you are to the
// other side.
//
// It listens nowhere. The only way to it is through the proxy, which judges it by its OpenPGP key as any
// other party: shown as such in TLS 1.2 (RFC 6091), and in an envelope else.
#pragma once

#include <memory>

#include "tlscore/base/cancel.h"
#include "tlscore/base/event_loop.h"
#include "tlscore/base/task.h"
#include "tlscore/base/unique_fd.h"
#include "tlscore/tls/engine_settings.h"

namespace proxy {

/// Its key is made anew for each run of the daemon. Loop's thread only.
class DemoParty {
 public:
  static tlscore::Result<std::unique_ptr<DemoParty>> create(tlscore::EventLoop& loop);

  /// What the proxy knows it by: its OpenPGP fingerprint, 40 lower-case digits.
  [[nodiscard]] const std::string& fingerprint() const { return m_fingerprint; }

  /// A client's end of a new connection.
  tlscore::Result<tlscore::UniqueFd> connect();

  /// Ends the connections that there are.
  void stop() { m_cancel.request({tlscore::ErrorKind::Cancelled, "Latchkey ends"}); }

 private:
  DemoParty(tlscore::EventLoop& loop, std::shared_ptr<const tlscore::tls::ServerCredential> credential,
            std::string fingerprint);
  tlscore::Task<void> serve(tlscore::UniqueFd fd);

  tlscore::EventLoop& m_loop;
  std::shared_ptr<const tlscore::tls::ServerCredential> m_credential;
  std::string m_fingerprint;
  tlscore::Cancel m_cancel;
};

}  // namespace proxy
