// The software token: SoftHSM2 in the state folder, for trying things out and for tests. It protects nobody:
// the PIN lies beside it.
#pragma once

#include <string>
#include <vector>

#include "tlscore/base/cancel.h"
#include "tlscore/base/event_loop.h"
#include "tlscore/base/task.h"
#include "tlscore/token/signer_client.h"

namespace tlscore::token {

/// `STATE/soft-token/`: softhsm2.conf, `pin` (mode 0600) and `tokens/`, in folders of mode 0700.
struct SoftToken {
  std::string folder;

  [[nodiscard]] std::string pin_file() const { return folder + "/pin"; }
  [[nodiscard]] std::string configuration_file() const { return folder + "/softhsm2.conf"; }
  /// Points a signer at this token: module, environment.
  void select_in(SignerOptions& options) const;
  /// How to log in to it.
  [[nodiscard]] LoginOptions login_options() const;
};

/// Where the token of a state folder is, or will be. Looks at nothing.
[[nodiscard]] SoftToken soft_token_in(const std::string& state_folder);

struct SoftTokenOptions {
  std::string state_folder;                   ///< Exists; an absolute path.
  std::string label = "latchkey";             ///< Of the token and its keys; 32 octets at most.
  std::vector<NewKey> keys = {NewKey::P256};  ///< In this order they get the ids 01, 02, ...
  SignerOptions signer;                       ///< Program and limits; the module is overruled.
};

/// Makes the token unless it is there already (then `label` and `keys` do not matter). A signer process of
/// its own does it and is gone afterwards; the PIN is made and written there, so it is never in this process.
/// All of it is made under another name and renamed at the end: a token that was half-made when the power
/// went is made again.
///
/// Fails with Refused while another process is making it, Internal when the folder cannot be written,
/// NotFound without SoftHSM2, else as SignerClient does.
Task<Result<SoftToken>> make_soft_token(EventLoop& loop, SoftTokenOptions options, Cancel& cancel);

}  // namespace tlscore::token
