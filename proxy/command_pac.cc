// Prints the PAC script.
#include "proxy/command_pac.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "proxy/browser_policies.h"
#include "proxy/config.h"
#include "proxy/party_pac.h"
#include "proxy/proxy_address.h"

namespace proxy {
namespace {

using tlscore::ErrorKind;
using tlscore::fail;
using tlscore::Result;

constexpr std::string_view kHelp =
    "usage: latchkey pac [--check URL | --policy BROWSER] [--config FILE]\n"
    "\n"
    "Prints the proxy auto-configuration script, which a running proxy serves as /proxy.pac.\n"
    "\n"
    "  --check URL       prints what the script answers for URL: PROXY ADDRESS:PORT, or DIRECT\n"
    "  --policy BROWSER  prints a policy for chromium or firefox, by which that browser goes to no party by\n"
    "                    itself while Latchkey does not run; latchkey doctor says where it belongs\n"
    "  --config FILE     reads FILE in place of the user's config.toml\n";

Result<ParsedArguments> parse(Arguments arguments) {
  constexpr std::array<std::string_view, 3> kOptions = {"--check", "--policy", "--config"};
  auto parsed = TRY(parse_arguments(arguments, {}, kOptions));
  if (!parsed.rest.empty())
    return fail(ErrorKind::Malformed, "there is nothing to do with " + parsed.rest.front());
  return parsed;
}

Result<std::string> answer(const ParsedArguments& arguments) {
  const Config config = TRY(find_config(arguments.value("--config")));
  const std::string address = TRY(proxy_address(config));
  const std::vector<pac::PacRule> rules = pac_rules(config.parties);
  const auto given = [&arguments](std::string_view option) {
    return std::ranges::any_of(arguments.values, [&](const auto& value) { return value.first == option; });
  };
  if (given("--policy"))
    return TRY(browser_policy(arguments.value("--policy"), rules, address)).dump(2) + "\n";
  if (!given("--check")) return pac::make_pac(rules, address);
  return TRY(pac::answer_for(rules, address, arguments.value("--check"))) + "\n";
}

}  // namespace

int run_pac(Arguments arguments, std::ostream& out, std::ostream& err) {
  const auto parsed = parse(arguments);
  if (!parsed) return complain(err, "pac", parsed.error(), kUsage);
  if (parsed->has("--help")) {
    out << kHelp;
    return kSuccess;
  }
  const auto text = answer(*parsed);
  if (!text) return complain(err, "pac", text.error(), kUsage);
  out << *text;
  return kSuccess;
}

}  // namespace proxy
