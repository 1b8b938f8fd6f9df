// GPGME's Assuan protocol, and gpgconf to start an agent.
#include "openpgp-auth/agent_connection.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace openpgp_auth {

using tlscore::Error;
using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

namespace {

constexpr const char* kOldestGpgme = "1.18.0";
constexpr std::size_t kMaxDataBytes = std::size_t{64} * 1024;
constexpr std::size_t kMaxStatusLines = 1024;
constexpr std::size_t kMaxCommandBytes = 1000;

ErrorKind kind_of(gpgme_err_code_t code) {
  switch (code) {
    case GPG_ERR_BAD_PIN:
    case GPG_ERR_BAD_PASSPHRASE: return ErrorKind::WrongPin;
    case GPG_ERR_CANCELED:
    case GPG_ERR_FULLY_CANCELED: return ErrorKind::Cancelled;
    case GPG_ERR_TIMEOUT: return ErrorKind::TimedOut;
    case GPG_ERR_CARD_REMOVED:
    case GPG_ERR_CARD_NOT_PRESENT:
    case GPG_ERR_CARD_RESET:
    case GPG_ERR_CARD_NOT_INITIALIZED:
    case GPG_ERR_NO_SCDAEMON:
    case GPG_ERR_ENODEV: return ErrorKind::TokenRemoved;
    case GPG_ERR_PIN_BLOCKED: return ErrorKind::Refused;
    case GPG_ERR_NO_SECKEY:
    case GPG_ERR_NOT_FOUND:
    case GPG_ERR_NO_DATA:
    case GPG_ERR_NO_PIN_ENTRY: return ErrorKind::NotFound;
    case GPG_ERR_EFBIG: return ErrorKind::TooLarge;
    default: return ErrorKind::Internal;
  }
}

Error agent_error(gpgme_error_t error, std::string_view doing) {
  return {kind_of(::gpgme_err_code(error)),
          std::string(doing) + ": " + ::gpgme_strerror(error) + " (gpg-agent)"};
}

/// A path that GnuPG tells of itself, "agent-socket".
Result<std::string> gnupg_path(const char* what) {
  ::gpgme_check_version(kOldestGpgme);
  const char* path = ::gpgme_get_dirinfo(what);
  if (path == nullptr) return fail(ErrorKind::NotFound, "GnuPG is not installed");
  return std::string(path);
}

/// Nothing to do is success. What the agent says it says to nobody.
Result<void> launch_agent() {
  const std::string program = TRY(gnupg_path("gpgconf-name"));
  std::string program_name = program;
  std::string launch = "--launch";
  std::string agent = "gpg-agent";
  const std::array<char*, 4> arguments{program_name.data(), launch.data(), agent.data(), nullptr};
  pid_t child = -1;
  if (::posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments.data(), environ) != 0)
    return fail(ErrorKind::NotFound, "gpgconf cannot be started: install GnuPG");
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (status != 0)
    return fail(ErrorKind::Unreachable, "gpg-agent does not start: see `gpgconf --launch gpg-agent`");
  return {};
}

gpgme_error_t on_data(void* answer, const void* data, std::size_t size) noexcept {
  auto& octets = static_cast<AgentAnswer*>(answer)->data;
  if (size > kMaxDataBytes - octets.size()) return ::gpgme_error(GPG_ERR_EFBIG);
  const auto* const begin = static_cast<const std::uint8_t*>(data);
  octets.insert(octets.end(), begin, begin + size);
  return 0;
}

/// What it inquires (a PIN, if it were told to) it gets from its own pinentry; to anything else the answer is
/// empty.
gpgme_error_t on_inquiry(void* /*answer*/, const char* /*name*/, const char* /*arguments*/,
                         gpgme_data_t* /*reply*/) noexcept {
  return 0;
}

gpgme_error_t on_status(void* answer, const char* keyword, const char* arguments) noexcept {
  auto& lines = static_cast<AgentAnswer*>(answer)->status;
  if (lines.size() == kMaxStatusLines) return ::gpgme_error(GPG_ERR_EFBIG);
  lines.emplace_back(keyword, arguments);
  return 0;
}

}  // namespace

const std::string* AgentAnswer::find(std::string_view keyword) const {
  const auto found = std::ranges::find(status, keyword, &std::pair<std::string, std::string>::first);
  return found == status.end() ? nullptr : &found->second;
}

bool is_agent_command(std::string_view command) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' '; };
  return command.size() <= kMaxCommandBytes && std::ranges::none_of(command, is_control);
}

Result<AgentConnection> AgentConnection::connect() {
  const std::string socket = TRY(gnupg_path("agent-socket"));
  TRY(launch_agent());
  gpgme_ctx_t raw = nullptr;
  if (const auto error = ::gpgme_new(&raw)) return fail(agent_error(error, "starting GPGME"));
  AgentConnection connection;
  connection.m_context.reset(raw);
  auto error = ::gpgme_set_protocol(raw, GPGME_PROTOCOL_ASSUAN);
  // "GPG_AGENT" has GPGME tell it our terminal, as gpg does.
  if (error == 0)
    error = ::gpgme_ctx_set_engine_info(raw, GPGME_PROTOCOL_ASSUAN, socket.c_str(), "GPG_AGENT");
  if (error != 0) return fail(agent_error(error, "reaching gpg-agent"));
  TRY(connection.ask("NOP", "reaching gpg-agent"));
  return connection;
}

Result<AgentAnswer> AgentConnection::ask(const std::string& command, std::string_view doing) {
  if (!is_agent_command(command))
    return fail(ErrorKind::Internal, std::string(doing) + ": this is no command of gpg-agent's");
  AgentAnswer answer;
  gpgme_error_t told = 0;
  const gpgme_error_t error = ::gpgme_op_assuan_transact_ext(
      m_context.get(), command.c_str(), on_data, &answer, on_inquiry, &answer, on_status, &answer, &told);
  if (error != 0 || told != 0) return fail(agent_error(error != 0 ? error : told, doing));
  return answer;
}

}  // namespace openpgp_auth
