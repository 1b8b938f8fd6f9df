// A file of one option a line.
#include "tlscore/token/gnupg_settings.h"

#include <cstdlib>

#include "tlscore/base/log.h"

namespace tlscore::token {
namespace {

constexpr std::string_view kSpace = " \t\r";

/// The option on a line, without what is around it. "--pcsc-shared" is "pcsc-shared"; a comment is no option.
std::string_view option_on(std::string_view line) {
  line.remove_prefix(std::min(line.find_first_not_of(kSpace), line.size()));
  if (line.starts_with("--")) line.remove_prefix(2);
  return line.substr(0, line.find_first_of(" \t\r#"));
}

bool has_option(std::string_view text, std::string_view option) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (option_on(text.substr(0, end)) == option) return true;
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return false;
}

std::string variable(const char* name) {
  const char* value = ::secure_getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::string gnupg_home() {
  if (std::string home = variable("GNUPGHOME"); !home.empty()) return home;
  const std::string home = variable("HOME");
  return home.empty() ? "" : home + "/.gnupg";
}

std::vector<std::string> missing_sharing_lines(std::string_view scdaemon_conf) {
  std::vector<std::string> missing;
  for (const std::string_view option : {"disable-ccid", "pcsc-shared"}) {
    if (!has_option(scdaemon_conf, option)) missing.emplace_back(option);
  }
  return missing;
}

std::string how_gnupg_shares() {
  const std::string home = variable("GNUPGHOME").empty() ? "~/.gnupg" : printable(gnupg_home());
  return "put the lines `disable-ccid` and `pcsc-shared` into " + home +
         "/scdaemon.conf, then run `gpgconf --kill scdaemon`";
}

}  // namespace tlscore::token
