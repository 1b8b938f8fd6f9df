// Each kind has a sentence; the worst is the verdict.
#include "proxy/doctor_old_files.h"

#include <algorithm>

#include "proxy/doctor_check.h"
#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr std::size_t kMostNamed = 3;

/// The first few, and how many more there are.
std::string list_of(const std::vector<std::string>& all, std::string_view between) {
  std::string list;
  for (std::size_t i = 0; i < std::min(all.size(), kMostNamed); ++i) {
    if (i > 0) list += between;
    list += printable(all[i]);
  }
  if (all.size() > kMostNamed) list += " and " + std::to_string(all.size() - kMostNamed) + " more";
  return list;
}

std::string folder_of(const std::string& path) {
  return printable(path.substr(0, path.rfind('/')));
}

class Report {
 public:
  void add(Verdict verdict, const std::string& says, const std::string& to_do) {
    m_worst = std::max(m_worst, verdict);
    m_says += (m_says.empty() ? "" : "; ") + says;
    if (!m_to_do.contains(to_do)) m_to_do += (m_to_do.empty() ? "" : "; ") + to_do;
  }
  [[nodiscard]] Diagnosis diagnosis() const {
    if (m_says.empty()) return result(Verdict::Ok, "nothing is left over from before");
    return result(m_worst, m_says, m_to_do);
  }

 private:
  Verdict m_worst = Verdict::Ok;
  std::string m_says;
  std::string m_to_do;
};

void add_browsers(const DoctorFacts& facts, Report& report) {
  constexpr const char* kInstall =
      "run `latchkey ca install`, which takes them out, then restart the browser";
  if (!facts.browsers) return;
  std::vector<std::string> browsers;
  std::vector<std::string> names;
  for (const BrowserStore& store : *facts.browsers) {
    if (!store.old.empty()) browsers.push_back(store.browser);
    for (const std::string& name : store.old) {
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  }
  if (browsers.empty()) return;
  report.add(Verdict::Warning,
             list_of(browsers, ", ") + " still trusts what no party needs any more: " + list_of(names, ", "),
             kInstall);
}

}  // namespace

Diagnosis check_old_files(const DoctorFacts& facts) {
  if (!facts.old_files) return result(Verdict::Skipped, printable(facts.old_files.error().message));
  const OldFiles& old = *facts.old_files;
  Report report;
  if (!old.other_daemon.empty()) {
    report.add(Verdict::Warning,
               "a second daemon of yours runs, as process " + std::to_string(old.other_process) +
                   ", which was started with another XDG_RUNTIME_DIR and listens on " +
                   printable(old.other_daemon),
               "end it: `kill " + std::to_string(old.other_process) + "`");
  }
  add_browsers(facts, report);
  if (!old.half_written.empty()) {
    report.add(Verdict::Warning, "programs that were interrupted have left files half-written",
               "run `rm -r " + list_of(old.half_written, " ") + "`");
  }
  if (!old.local_cas.empty()) {
    report.add(Verdict::Skipped,
               "local CAs of parties that are gone are kept in " + folder_of(old.local_cas.front()),
               "`latchkey ca install` forgets them");
  }
  if (!old.dead_socket.empty()) {
    report.add(Verdict::Skipped, "the last daemon was ended before it could clean up",
               "its log may say why: `journalctl --user -u latchkey.service`");
  }
  if (!old.software_token.empty()) {
    report.add(Verdict::Skipped, "the software token from before is kept",
               "`rm -r " + printable(old.software_token) + "`, if no party knows its key");
  }
  return report.diagnosis();
}

}  // namespace proxy
