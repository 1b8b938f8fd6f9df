// Two lines in a file, and one program run.
#include "proxy/doctor_fix.h"

#include <filesystem>

#include "proxy/doctor_token.h"
#include "tlscore/base/log.h"
#include "tlscore/base/private_file.h"
#include "tlscore/base/run_program.h"
#include "tlscore/token/gnupg_settings.h"

namespace proxy {

using namespace tlscore;

Result<std::string> fix_gnupg(const DoctorFacts& facts) {
  if (check_gnupg(facts).verdict != Verdict::Warning) return "";
  const std::string file = facts.gnupg_home + "/scdaemon.conf";
  if (facts.scdaemon_conf.size() >= kMaxScdaemonConfBytes)
    return fail(ErrorKind::TooLarge, printable(file) + " is too long to be added to");
  std::string text = facts.scdaemon_conf;
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  std::string lines;
  for (const std::string& line : token::missing_sharing_lines(text)) {
    lines += (lines.empty() ? "`" : " and `") + line + "`";
    text += line + "\n";
  }
  // It may be a link into a folder of the user's settings.
  std::error_code error;
  const auto target = std::filesystem::weakly_canonical(file, error);
  TRY(write_private_file(error ? file : target.string(), as_bytes(text)));
  const ProgramEnd ended = TRY(run_program({"gpgconf", "--kill", "scdaemon"}, ""));
  if (ended.status != 0)
    return fail(ErrorKind::Internal, "`gpgconf --kill scdaemon`: " + printable(ended.errors));
  return "wrote " + lines + " into " + printable(file) +
         ", and ended scdaemon, which reads it when it starts";
}

}  // namespace proxy
