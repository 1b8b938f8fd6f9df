// What every assessor is: somebody who is shown what a peer presented, and answers pass, fail or absent.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tlscore/base/cancel.h"
#include "tlscore/base/task.h"
#include "tlscore/judge/evidence.h"
#include "tlscore/x509/certificate.h"

namespace tlscore::judge {

enum class Transport : std::uint8_t { Tcp, Udp, Sctp };

/// Which end of the connection is judged.
enum class Role : std::uint8_t { Server, Client };

/// Everything that an outcome may depend on, besides settings.
struct Presented {
  std::string host;  ///< Who it should be: the name or address that the user asked for.
  std::uint16_t port = 443;
  Transport transport = Transport::Tcp;
  Role role = Role::Server;
  std::vector<x509::Certificate> chain;  ///< Its own certificate first; empty if it presented none.
  /// The body of its OpenPGP Certificate message (RFC 6091, section 3.3), where it sent that instead.
  Bytes openpgp{};
  /// The key that it has proved to hold; nothing if it presented none.
  std::optional<x509::PublicKey> key{};
  std::chrono::sys_seconds now;
};

/// Lives as long as the settings it was made from, and longer than every task of it. Loop's thread only;
/// several tasks may be under way at once.
class Assessor {
 public:
  Assessor() = default;
  virtual ~Assessor() = default;
  Assessor(const Assessor&) = delete;
  Assessor& operator=(const Assessor&) = delete;

  /// As trust expressions name it.
  [[nodiscard]] virtual std::string_view name() const = 0;

  /// What a finding depends on besides what is presented and the time: roots, lists, the keyring's contents;
  /// another text for other findings. Nothing: findings of this assessor are not remembered. Arguments as for
  /// assess().
  [[nodiscard]] virtual Task<std::optional<std::string>> depends_on(const Presented& /*presented*/,
                                                                    Cancel& /*cancel*/) {
    co_return std::nullopt;
  }

  /// Whether this finding of its own may be used again, here and wherever outcomes are shared.
  [[nodiscard]] virtual bool may_be_remembered(const Finding& finding) const { return !finding.is_warning; }

  /// A finding that it or another of its kind had made is used again for `presented`. For an assessor that
  /// learns from what it finds.
  virtual void recalled(const Presented& /*presented*/, const Finding& /*finding*/) {}

  /// Never an error: what goes wrong is a Fail with its reason. `presented` and `cancel` outlive the task;
  /// when `cancel` is requested it ends soon, with a finding that nobody uses.
  [[nodiscard]] virtual Task<Finding> assess(const Presented& presented, Cancel& cancel) = 0;
};

}  // namespace tlscore::judge
