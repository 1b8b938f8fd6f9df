// Variables and quoting.
#include "proxy/environment.h"

#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>

#include "proxy/config.h"
#include "proxy/control_client.h"
#include "proxy/party_cas_for_command.h"
#include "proxy/paths.h"
#include "proxy/proxy_address.h"

namespace proxy {

using namespace tlscore;

namespace {

/// In single quotes; what would end them is written outside. In fish and csh some more wants a backslash.
std::string quoted(Shell shell, const std::string& value) {
  std::string text = "'";
  for (const char c : value) {
    if (c == '\'') {
      text += shell == Shell::Fish ? "\\'" : "'\\''";
    } else if (shell == Shell::Fish && c == '\\') {
      text += "\\\\";
    } else if (shell == Shell::Csh && c == '!') {
      text += "\\!";
    } else {
      text += c;
    }
  }
  return text + "'";
}

/// --shell, else what $SHELL says.
std::optional<Shell> shell_named(std::string name) {
  if (name.empty()) {
    const char* user_shell = std::getenv("SHELL");
    const std::string path = user_shell == nullptr ? "" : user_shell;
    name = path.substr(path.rfind('/') + 1);
    if (name != "fish" && name != "csh" && name != "tcsh") return Shell::Sh;
  }
  if (name == "fish") return Shell::Fish;
  if (name == "csh" || name == "tcsh") return Shell::Csh;
  if (name == "sh" || name == "bash" || name == "zsh" || name == "dash" || name == "ksh") return Shell::Sh;
  return std::nullopt;
}

Result<std::string> address_of_proxy() {
  if (auto client = ControlClient::connect()) {
    const auto answer = client->ask({{"command", "status"}});
    if (answer && !(*answer)["status"]["listen"].empty())
      return (*answer)["status"]["listen"][0].get<std::string>();
  }
  const Config config = TRY(find_config(""));
  return proxy_address(config);
}

Result<std::string> bundle_of_user() {
  const Config config = TRY(find_config(""));
  const std::string state_folder = TRY(make_state_folder(BaseFolders::of_this_process()));
  const PartyCas local = TRY(party_cas_for_command(config, "", state_folder));
  return write_ca_bundle(local, state_folder);
}

}  // namespace

std::vector<std::pair<std::string, std::string>> proxy_variables(const std::string& address,
                                                                 const std::string& credential) {
  const std::string url = "http://" + (credential.empty() ? "" : credential + "@") + address;
  const std::string direct = "localhost,127.0.0.1,::1";
  std::vector<std::pair<std::string, std::string>> variables = {{"http_proxy", url},
                                                                {"https_proxy", url},
                                                                {"HTTPS_PROXY", url},
                                                                {"no_proxy", direct},
                                                                {"NO_PROXY", direct}};
  if (!credential.empty()) variables.emplace_back("GIT_HTTP_PROXY_AUTHMETHOD", "basic");
  return variables;
}

std::vector<std::pair<std::string, std::string>> ca_variables(const std::string& bundle) {
  std::vector<std::pair<std::string, std::string>> variables;
  for (const char* name :
       {"CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"})
    variables.emplace_back(name, bundle);
  return variables;
}

std::vector<std::pair<std::string, std::string>> program_variables(const std::string& address,
                                                                   const std::string& credential,
                                                                   std::ostream& err) {
  auto variables = proxy_variables(address, credential);
  const auto bundle = bundle_of_user();
  if (!bundle) {
    err << "latchkey: no https:// with parties: " << bundle.error().message << '\n';
    return variables;
  }
  const auto more = ca_variables(*bundle);
  variables.insert(variables.end(), more.begin(), more.end());
  return variables;
}

std::string shell_assignment(Shell shell, const std::string& name, const std::string& value) {
  switch (shell) {
    case Shell::Fish: return "set -gx " + name + " " + quoted(shell, value) + ";\n";
    case Shell::Csh: return "setenv " + name + " " + quoted(shell, value) + ";\n";
    case Shell::Sh: break;
  }
  return "export " + name + "=" + quoted(shell, value) + "\n";
}

int run_env(Arguments arguments, std::ostream& out, std::ostream& err) {
  constexpr auto kOptions = std::to_array<std::string_view>({"--shell"});
  const auto parsed = parse_arguments(arguments, {}, kOptions);
  if (!parsed) return complain(err, "env", parsed.error(), kUsage);
  if (parsed->has("--help")) {
    out << "usage: latchkey env [--shell sh|fish|csh]\n"
           "Prints the variables by which programs find the proxy, and the CAs of your parties:  eval "
           "\"$(latchkey env)\"\n";
    return kSuccess;
  }
  const auto shell = shell_named(parsed->value("--shell"));
  if (!shell) return complain(err, "env", {ErrorKind::Malformed, "--shell is sh, fish or csh"}, kUsage);
  const auto address = address_of_proxy();
  if (!address) return complain(err, "env", address.error(), kUsage);
  for (const auto& [name, value] : program_variables(*address, "", err))
    out << shell_assignment(*shell, name, value);
  return kSuccess;
}

}  // namespace proxy
