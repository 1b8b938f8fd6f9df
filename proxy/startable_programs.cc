// A list of command lines.
#include "proxy/startable_programs.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "openpgp-auth/keyring_process.h"
#include "tlscore/token/gnupg_logout.h"
#include "tlscore/token/process_look.h"
#include "tlscore/token/signer_limits.h"

namespace proxy {

using namespace tlscore;

namespace {

using Words = std::vector<std::string>;

constexpr const char* kOurselves = "/proc/self/exe";

/// What SignerConnection changes: what the loader would do is left out, and a software token is found.
bool is_signers_environment(const Words& environment) {
  return std::ranges::all_of(environment, [](const std::string& variable) {
    return variable == "LD_PRELOAD" || variable == "LD_AUDIT" || variable.starts_with("SOFTHSM2_CONF=");
  });
}

bool is_signer(const Launch& what, bool may_network) {
  const Words plain = {kOurselves, "signer"};
  const Words network = {kOurselves, "signer", std::string(token::kNetworkArgument)};
  const bool is_its_command = what.arguments == plain || (may_network && what.arguments == network);
  return is_its_command && is_signers_environment(what.environment);
}

/// Links of sockets and devices, as descriptors have them.
bool is_look_at_processes(const Words& command) {
  return command.size() >= 2 && command[0] == kOurselves && command[1] == token::kProcessesCommand;
}

/// certutil -L -d sql:FOLDER
bool is_listing_of_a_store(const Words& command) {
  return command.size() == 4 && command[0] == "certutil" && command[1] == "-L" && command[2] == "-d" &&
         command[3].starts_with("sql:/");
}

void collect_hooks(const GateConfig& gate, Words& hooks) {
  for (const auto& rule : gate.authorize) {
    if (rule.kind == judge::AuthorizationRuleText::Kind::Exec) hooks.push_back(rule.path);
  }
}

}  // namespace

ProgramsConfigured ProgramsConfigured::of(const Config& config) {
  ProgramsConfigured configured{.signer_network = config.token.network};
  for (const GateConfig& gate : config.gates) collect_hooks(gate, configured.hooks);
  return configured;
}

ProgramsConfigured ProgramsConfigured::of(const GateConfig& gate) {
  ProgramsConfigured configured;
  collect_hooks(gate, configured.hooks);
  return configured;
}

bool is_startable(const Launch& what, const ProgramsConfigured& configured) {
  if (is_signer(what, configured.signer_network)) return true;
  if (!what.environment.empty()) return false;
  const Words& command = what.arguments;
  const bool is_hook = command.size() == 1 && !what.search_path &&
                       std::ranges::find(configured.hooks, command[0]) != configured.hooks.end();
  return is_hook || command == Words{kOurselves, openpgp_auth::kKeyringCommand} ||
         command == token::logout_command() || is_listing_of_a_store(command) ||
         is_look_at_processes(command);
}

}  // namespace proxy
