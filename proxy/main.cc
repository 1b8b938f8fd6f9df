// The one binary: the first argument names what it is to do.
#include <array>
#include <iostream>

#include "openpgp-auth/agent_keys.h"
#include "openpgp-auth/keyring_process.h"
#include "openpgp-auth/limited_gpg.h"
#include "proxy/command_ca.h"
#include "proxy/command_dispatch.h"
#include "proxy/command_doctor.h"
#include "proxy/command_gate.h"
#include "proxy/command_init.h"
#include "proxy/command_line.h"
#include "proxy/command_pac.h"
#include "proxy/command_run.h"
#include "proxy/command_token.h"
#include "proxy/command_verify.h"
#include "proxy/commands.h"
#include "proxy/environment.h"
#include "proxy/version.h"
#include "tlscore/base/log.h"
#include "tlscore/token/pkcs11_keys.h"
#include "tlscore/token/process_look.h"
#include "tlscore/token/signer_limits.h"
#include "tlscore/token/signer_process.h"

namespace proxy {
namespace {

struct Command {
  std::string_view name;
  int (*run)(Arguments, std::ostream& out, std::ostream& err);
  std::string_view does;
};

/// Where the keys are is told by the module's name. It is asked of a process that is shut off already;
/// GnuPG is several programs, which is no foreign code in ours.
tlscore::Result<std::unique_ptr<tlscore::token::KeySource>> make_key_source(
    const std::string& module, tlscore::token::PersonAccess person, bool may_network) {
  if (module != openpgp_auth::kAgentModule) {
    tlscore::token::give_up_calls(
        {.network = may_network, .folders = tlscore::token::folders_to_change(module)});
    return tlscore::token::make_pkcs11_keys(module, std::move(person));
  }
  tlscore::token::give_up_calls({.programs = true});
  return openpgp_auth::make_agent_keys(std::move(person));
}

int run_signer(Arguments arguments, std::ostream& /*out*/, std::ostream& /*err*/) {
  const bool may_network = !arguments.empty() && arguments[0] == tlscore::token::kNetworkArgument;
  return tlscore::token::run_signer(
      tlscore::token::kSignerSocketFd,
      [may_network](const std::string& module, tlscore::token::PersonAccess person) {
        return make_key_source(module, std::move(person), may_network);
      });
}

constexpr auto kCommands = std::to_array<Command>({
    {"run", run_daemon, "the proxy, in the foreground"},
    {"init", run_init, "sets it up, in a dialogue: token, key, first party, browsers"},
    {"status", run_status, "token, parties, connections, last refusals"},
    {"explain", run_explain, "connects to a party, judges it, and stops there"},
    {"verify", run_verify, "the same judgement, offline, on files"},
    {"unlock", run_unlock, "gives the PIN"},
    {"lock", run_lock, "forgets the PIN"},
    {"token", run_token, "lists tokens and keys, makes certificates for a key"},
    {"env", run_env, "prints the proxy's variables for a shell"},
    {"exec", run_exec, "runs a program that uses the proxy"},
    {"ca", run_ca, "the local CAs that browsers are to know: export, install, uninstall"},
    {"pac", run_pac, "prints the PAC script, or what it answers for a URL"},
    {"connect", run_connect, "a stream to a party on standard input and output"},
    {"gate", run_gate, "the server side: lets clients in by their keys, and forwards"},
    {"doctor", run_doctor, "checks the whole set-up, and says what to do"},
    {"dispatch", run_dispatch, "the system's part: gives each user's connections to his own proxy"},
    {"reload", run_reload, "reads the configuration again"},
});

void print_help(std::ostream& out) {
  out << "Latchkey " << kVersion << ": opens TLS with the key on your token.\n\n"
      << "usage: latchkey COMMAND [ARGUMENTS...]    (COMMAND --help tells more)\n\n";
  for (const Command& command : kCommands) {
    constexpr std::size_t kColumn = 10;
    out << "  " << command.name << std::string(kColumn - command.name.size(), ' ') << command.does << '\n';
  }
}

int run(Arguments arguments) {
  const std::string_view name = arguments.empty() ? "" : arguments[0];
  if (name == "--help" || name == "help") return print_help(std::cout), kSuccess;
  if (name == "--version") return std::cout << "latchkey " << kVersion << '\n', kSuccess;
  if (name == "signer") return run_signer(arguments.subspan(1), std::cout, std::cerr);
  if (name == tlscore::token::kProcessesCommand)
    return tlscore::token::run_process_look(arguments.subspan(1));
  if (name == openpgp_auth::kKeyringCommand) return openpgp_auth::run_keyring_process();
  for (const Command& command : kCommands) {
    if (command.name == name) return command.run(arguments.subspan(1), std::cout, std::cerr);
  }
  if (name.empty()) {
    print_help(std::cerr);
  } else {
    std::cerr << "latchkey: there is no command " << tlscore::printable(name)
              << " (latchkey --help lists them)\n";
  }
  return kUsage;
}

}  // namespace
}  // namespace proxy

int main(int count, char** arguments) {
  if (count > 0 && openpgp_auth::is_called_gpg(arguments[0])) {
    return openpgp_auth::run_limited_gpg({arguments, static_cast<std::size_t>(count)});
  }
  return proxy::run({arguments + 1, static_cast<std::size_t>(count > 0 ? count - 1 : 0)});
}
