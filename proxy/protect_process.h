// What the process of the proxy, or of a gate, does before it holds keys, plaintext or anything from outside.
#pragma once

#include <functional>

#include "proxy/startable_programs.h"
#include "tlscore/base/folder_fence.h"
#include "tlscore/base/result.h"

namespace proxy {

/// No core of this process is ever written and nobody looks into it: session keys and plaintext are in here.
/// SIGPIPE is ignored, and the limit on open files raised as far as the system allows.
///
/// Then it gives up all calls but a server's (tlscore/base/call_filter.h): programs, processes, new code,
/// other families of sockets. What still has to be started is started by a launcher, if is_startable() says
/// so of what `configured` returns: that is asked in the launcher's process, at each start.
///
/// It reads and changes what `fence` lets it (tlscore/base/folder_fence.h).
///
/// While there is one thread. Fails with Internal where there can be no launcher. What the kernel
/// cannot do, the log says.
[[nodiscard]] tlscore::Result<void> protect_process(std::function<ProgramsConfigured()> configured,
                                                    const tlscore::Fence& fence);

/// The same for a process that has nothing started, and without a fence.
void protect_process();

}  // namespace proxy
