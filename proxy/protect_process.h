// What a process of ours does first, before it holds keys or plaintext.
#pragma once

namespace proxy {

/// No core of this process is ever written, and nobody traces it: session keys and plaintext are in here.
/// SIGPIPE is ignored, and the limit on open files raised as far as the system allows.
void protect_process();

}  // namespace proxy
