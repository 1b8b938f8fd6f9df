// status, explain, unlock, lock, reload: questions to the daemon and its answers on the terminal.
#include <unistd.h>

#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "proxy/commands.h"
#include "proxy/control_client.h"
#include "proxy/explain_report.h"
#include "proxy/status_report.h"
#include "tlscore/token/signer_client.h"
#include "tlscore/token/terminal.h"

namespace proxy {

using namespace tlscore;
using nlohmann::json;

namespace {

/// One question: the answer, or an exit status with the complaint printed.
Result<json> ask_daemon(const json& request, int descriptor = -1) {
  ControlClient client = TRY(ControlClient::connect());
  return client.ask(request, descriptor);
}

int status_for(const Error& error) {
  return error.kind == ErrorKind::Unreachable || error.kind == ErrorKind::Closed ? kNotRunning : kFailure;
}

/// For commands without options: prints `help` where asked to, else sends the command.
int simple_command(Arguments arguments, std::string_view name, std::string_view help, std::ostream& out,
                   std::ostream& err) {
  const auto parsed = parse_arguments(arguments, {}, {});
  if (!parsed) return complain(err, name, parsed.error(), kUsage);
  if (parsed->has("--help")) return out << help, kSuccess;
  const auto answer = ask_daemon({{"command", name}});
  if (!answer) return complain(err, name, answer.error(), status_for(answer.error()));
  return kSuccess;
}

void print_status(const json& status, bool as_json, std::ostream& out) {
  if (as_json) {
    out << status.dump(2) << '\n';
  } else {
    out << status_text(status);
  }
  out.flush();
}

}  // namespace

int run_status(Arguments arguments, std::ostream& out, std::ostream& err) {
  constexpr auto kFlags = std::to_array<std::string_view>({"--json", "--watch"});
  const auto parsed = parse_arguments(arguments, kFlags, {});
  if (!parsed) return complain(err, "status", parsed.error(), kUsage);
  if (parsed->has("--help")) {
    out << "usage: latchkey status [--json] [--watch]\n"
           "Shows the token, the parties, the connections and the last refusals; --watch goes on doing so.\n";
    return kSuccess;
  }
  auto client = ControlClient::connect();
  if (!client) return complain(err, "status", client.error(), status_for(client.error()));
  for (;;) {
    const auto answer = client->ask({{"command", "status"}});
    if (!answer) return complain(err, "status", answer.error(), status_for(answer.error()));
    if (parsed->has("--watch") && !parsed->has("--json")) out << "\x1b[H\x1b[2J";
    print_status((*answer)["status"], parsed->has("--json"), out);
    if (!parsed->has("--watch")) return kSuccess;
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
}

int run_explain(Arguments arguments, std::ostream& out, std::ostream& err) {
  constexpr auto kFlags = std::to_array<std::string_view>({"--json", "--fresh"});
  const auto parsed = parse_arguments(arguments, kFlags, {});
  if (!parsed) return complain(err, "explain", parsed.error(), kUsage);
  if (parsed->has("--help") || parsed->rest.size() != 1) {
    (parsed->has("--help") ? out : err)
        << "usage: latchkey explain URL [--json] [--fresh]\n"
           "Connects to the party, judges it and stops there: your certificate is not sent.\n"
           "--fresh asks everything anew, whatever earlier judgements have found.\n"
           "Exit status: 0 trusted, 1 refused, 3 unreachable.\n";
    return parsed->has("--help") ? kSuccess : kUsage;
  }
  const auto answer =
      ask_daemon({{"command", "explain"}, {"url", parsed->rest[0]}, {"fresh", parsed->has("--fresh")}});
  if (!answer) {
    const ErrorKind kind = answer.error().kind;
    const bool refused = kind == ErrorKind::Refused || kind == ErrorKind::Untrusted;
    const int status = kind == ErrorKind::Malformed ? kUsage : refused ? kFailure : kNotRunning;
    return complain(err, "explain", answer.error(), status);
  }
  out << (parsed->has("--json") ? answer->dump(2) + "\n" : explain_text(*answer));
  return (*answer)["verdict"] == "pass" ? kSuccess : kFailure;
}

int run_unlock(Arguments arguments, std::ostream& out, std::ostream& err) {
  constexpr auto kFlags = std::to_array<std::string_view>({"--pinentry", "--final-try"});
  const auto parsed = parse_arguments(arguments, kFlags, {});
  if (!parsed) return complain(err, "unlock", parsed.error(), kUsage);
  if (parsed->has("--help")) {
    out << "usage: latchkey unlock [--pinentry] [--final-try]\n"
           "Asks for the token's PIN on this terminal (or by pinentry). The PIN goes to the signer process "
           "only.\n"
           "Where the configuration says where the PIN lies (pin = \"credential\"), it is taken from there; "
           "--pinentry asks you all the same.\n"
           "--final-try uses the last try before the token locks.\n"
           "Exit status: 0 armed, 1 wrong PIN, 3 not running.\n";
    return kSuccess;
  }
  const bool terminal = ::isatty(STDIN_FILENO) == 1 && !parsed->has("--pinentry");
  // The signer may be killed while it has the terminal in its hands.
  const token::TerminalState state(STDIN_FILENO);
  const auto answer = ask_daemon({{"command", "unlock"},
                                  {"pinentry_options", token::pinentry_options_here(STDIN_FILENO)},
                                  {"pinentry", parsed->has("--pinentry")},
                                  {"allow_final_try", parsed->has("--final-try")}},
                                 terminal ? STDIN_FILENO : -1);
  state.restore();
  if (!answer) return complain(err, "unlock", answer.error(), status_for(answer.error()));
  return kSuccess;
}

int run_lock(Arguments arguments, std::ostream& out, std::ostream& err) {
  return simple_command(arguments, "lock",
                        "usage: latchkey lock\nForgets the PIN and closes every connection of the parties.\n",
                        out, err);
}

int run_reload(Arguments arguments, std::ostream& out, std::ostream& err) {
  return simple_command(arguments, "reload",
                        "usage: latchkey reload\nReads the configuration again; a broken file changes "
                        "nothing and is reported.\n",
                        out, err);
}

}  // namespace proxy
