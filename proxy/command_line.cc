// A small reader of options.
#include "proxy/command_line.h"

#include <algorithm>

#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;

bool ParsedArguments::has(std::string_view flag) const {
  return std::ranges::find(flags, flag) != flags.end();
}

std::string ParsedArguments::value(std::string_view option) const {
  const auto place =
      std::ranges::find(values.rbegin(), values.rend(), option, [](const auto& pair) { return pair.first; });
  return place == values.rend() ? "" : place->second;
}

Result<ParsedArguments> parse_arguments(Arguments arguments, std::span<const std::string_view> flags,
                                        std::span<const std::string_view> options) {
  ParsedArguments parsed;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--") {
      parsed.rest.insert(parsed.rest.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                         arguments.end());
      break;
    }
    if (!argument.starts_with("--")) {
      parsed.rest.emplace_back(argument);
      continue;
    }
    const std::string_view name = argument.substr(0, argument.find('='));
    if (name == argument && (name == "--help" || std::ranges::find(flags, name) != flags.end())) {
      parsed.flags.emplace_back(name);
      continue;
    }
    if (std::ranges::find(options, name) == options.end()) {
      return fail(ErrorKind::Malformed, "there is no option " + printable(argument) + " (--help lists them)");
    }
    if (name != argument) {
      parsed.values.emplace_back(name, argument.substr(name.size() + 1));
    } else if (++i < arguments.size()) {
      parsed.values.emplace_back(name, arguments[i]);
    } else {
      return fail(ErrorKind::Malformed, std::string(name) + " wants a value");
    }
  }
  return parsed;
}

int complain(std::ostream& err, std::string_view command, const Error& error, int status) {
  err << "latchkey " << command << ": " << printable(error.message) << '\n';
  return status;
}

}  // namespace proxy
