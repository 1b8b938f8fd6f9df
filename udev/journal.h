// The journal of systemd, as a place for the log.
#pragma once

namespace udev {

/// From now on what this process logs goes to the journal with its level and fields (tlscore/base/log.h),
/// where standard error is a stream of the journal's; elsewhere nothing changes. An entry that the journal
/// does not take is printed as before.
void log_to_journal();

}  // namespace udev
