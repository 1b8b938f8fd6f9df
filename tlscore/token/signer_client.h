// The proxy's end of a signer process: starts it, asks it, and ends it.
//
// One request is on the wire at a time, because a token does one thing at a time; the others queue, and each
// may be withdrawn. A limit counts from when a request goes onto the wire. When it runs out the signer hangs
// in its module: it is killed with everything that it started, and every request fails with that reason.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tlscore/base/cancel.h"
#include "tlscore/base/event_loop.h"
#include "tlscore/base/task.h"
#include "tlscore/base/unique_fd.h"
#include "tlscore/token/signer_messages.h"

namespace tlscore::token {

struct SignerOptions {
  std::string program = "/proc/self/exe";          ///< Started as `signer`, or `signer network`.
  std::string module = "auto";                     ///< As Pkcs11Module::load takes it.
  std::string token;                               ///< As select_token takes it; empty: the only one.
  std::string reader;                              ///< The reader that the token is in; empty: any.
  bool network = false;                            ///< The module reaches its keys over the network.
  std::vector<std::string> environment;            ///< "NAME=value", e.g. SOFTHSM2_CONF.
  std::chrono::milliseconds call_limit{20'000};    ///< Loading, opening, listing.
  std::chrono::milliseconds login_limit{120'000};  ///< A person types.
  std::chrono::milliseconds sign_limit{60'000};    ///< A person touches the token.
  std::chrono::milliseconds make_limit{60'000};    ///< A key is generated.
};

/// How a PIN is to be got; see PinSource for where it is read.
struct LoginOptions {
  PinSource source = PinSource::Pinentry;
  std::string pin_file;  ///< For PinSource::File.
  UniqueFd terminal;     ///< For PinSource::Terminal; see TerminalState about lending it.
  std::vector<std::string> pinentry_options;  ///< "ttyname=...", "display=..."; see pinentry_options_here().
  bool allow_final_try = false;               ///< The user has said to use the last try before the PIN locks.
};

/// What pinentry needs to find the screen of the calling process: the terminal's name (or $GPG_TTY where
/// `terminal_fd` is none), $TERM, $DISPLAY and $LC_CTYPE.
[[nodiscard]] std::vector<std::string> pinentry_options_here(int terminal_fd);

/// Owns one signer process. Every method on the loop's thread; the tasks may outlive this object (they fail).
/// Errors: what the signer answered (see pkcs11_error.h), Cancelled from `cancel`, TimedOut "the token did
/// not answer within 60 s", Closed when the process ended, with how ("the PKCS#11 module crashed (SIGSEGV)
/// during a signature"), or was stopped by a signal, which ends it. After that, and after stop(), everything
/// fails with the same error: start a new one.
class SignerClient {
 public:
  /// Starts the process and asks it nothing yet. Fails with NotFound or Internal.
  [[nodiscard]] static Result<std::unique_ptr<SignerClient>> start(EventLoop& loop, SignerOptions options);
  /// As stop().
  ~SignerClient();
  SignerClient(const SignerClient&) = delete;
  SignerClient& operator=(const SignerClient&) = delete;

  /// The module's tokens. Opens none of them.
  Task<Result<std::vector<TokenInfo>>> list_tokens(Cancel& cancel);
  /// Opens the token of the options; the calls below want that first. Calling it again closes the old
  /// session.
  Task<Result<TokenInfo>> open(Cancel& cancel);
  /// The same with another selection than the options'.
  Task<Result<TokenInfo>> open(std::string token, Cancel& cancel);
  /// All keys that can sign; before the login, those of which the token shows a public half.
  Task<Result<std::vector<KeyInfo>>> list_keys(Cancel& cancel);
  /// Enters the PIN once. WrongPin says how many tries are left, as does pin_tries(). Being logged in already
  /// is success, and nobody is asked. Refused if the PIN is locked, or on the last try without
  /// allow_final_try.
  Task<Result<void>> login(LoginOptions options, Cancel& cancel);
  /// Signs with the key of this fingerprint. The signer has verified what comes back.
  Task<Result<Bytes>> sign(std::string fingerprint, x509::SignatureRequest request, Cancel& cancel);
  Task<Result<void>> logout(Cancel& cancel);
  /// See soft_token.h.
  Task<Result<void>> make_soft_token(MakeSoftToken request, Cancel& cancel);

  /// Kills the signer, and what it started, now.
  void stop();
  /// Logs the token out, which takes the PIN from the card, and kills the signer as soon as that is done, or
  /// after `limit`. Whatever is queued fails at once; a request on the wire uses up the limit.
  Task<void> logout_and_stop(std::chrono::milliseconds limit = std::chrono::milliseconds(500));

  /// Told once when the signer ended or was stopped and nobody here ended it, or when a limit ran out. From
  /// the loop, on an empty stack; the listener may destroy this object.
  void on_exit(std::function<void(const Error& reason)> listener);
  /// Told when the signer begins and ends to wait for a person with a PIN. From the loop, on an empty stack.
  void on_pin_prompt(std::function<void(bool shown)> listener);

  [[nodiscard]] bool waiting_for_pin() const;
  /// As of the last answer that told.
  [[nodiscard]] PinTries pin_tries() const;
  [[nodiscard]] bool running() const;
  /// The signer's process id, or -1.
  [[nodiscard]] int pid() const;

 private:
  SignerClient(std::shared_ptr<class SignerConnection> connection, SignerOptions options);

  std::shared_ptr<SignerConnection> m_connection;  ///< Shared with the tasks that wait.
  SignerOptions m_options;
};

}  // namespace tlscore::token
