// The built-in party, demo.latchkey.test: a TLS server inside this process that shows who you are to the
// other side.
//
// It listens nowhere. The only way to it is through the proxy, which judges it by its key as any other party.
#pragma once

#include <memory>

#include "tlscore/base/cancel.h"
#include "tlscore/base/event_loop.h"
#include "tlscore/base/task.h"
#include "tlscore/base/unique_fd.h"
#include "tlscore/x509/certificate.h"
#include "tlscore/x509/private_key.h"

namespace proxy {

/// Its key is made anew for each run of the daemon. Loop's thread only.
class DemoParty {
 public:
  static tlscore::Result<std::unique_ptr<DemoParty>> create(tlscore::EventLoop& loop);

  /// What the proxy knows it by.
  [[nodiscard]] tlscore::Bytes key_sha256() const { return m_key->public_key().spki_sha256(); }

  /// A client's end of a new connection.
  tlscore::Result<tlscore::UniqueFd> connect();

  /// Ends the connections that there are.
  void stop() { m_cancel.request({tlscore::ErrorKind::Cancelled, "Latchkey ends"}); }

 private:
  DemoParty(tlscore::EventLoop& loop, tlscore::x509::PrivateKey key, tlscore::x509::Certificate certificate);
  tlscore::Task<void> serve(tlscore::UniqueFd fd);

  tlscore::EventLoop& m_loop;
  std::shared_ptr<tlscore::x509::PrivateKey> m_key;
  tlscore::x509::Certificate m_certificate;
  tlscore::Cancel m_cancel;
};

}  // namespace proxy
