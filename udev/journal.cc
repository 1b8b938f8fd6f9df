// Through libsystemd, which knows the protocol.
#include "udev/journal.h"

#include <string>
#include <vector>

// Where in the source a line was written is nobody's question.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "tlscore/base/log.h"

namespace udev {
namespace {

/// Safe in any thread. False where no journal takes it.
bool send_to_journal(tlscore::LogLevel level, const std::string& line, tlscore::LogFields fields) {
  std::vector<std::string> entry{"MESSAGE=" + line, "PRIORITY=" + std::to_string(static_cast<int>(level)),
                                 "SYSLOG_IDENTIFIER=latchkey"};
  for (const tlscore::LogField& field : fields) {
    if (field.value.empty()) continue;
    entry.push_back("LATCHKEY_" + std::string(field.name) + "=" +
                    tlscore::printable(field.value.substr(0, tlscore::kMaxLineBytes)));
  }
  std::vector<iovec> parts;
  parts.reserve(entry.size());
  for (std::string& each : entry) parts.push_back({each.data(), each.size()});
  return ::sd_journal_sendv(parts.data(), static_cast<int>(parts.size())) == 0;
}

}  // namespace

void log_to_journal() {
  if (tlscore::stderr_is_journal()) tlscore::set_log_sink(send_to_journal);
}

}  // namespace udev
