// `latchkey signer`: the process that loads the PKCS#11 module, holds the login and signs, and nothing else.
#pragma once

#include "tlscore/token/key_source.h"

namespace tlscore::token {

/// Under which number a signer finds its socket; SignerClient puts it there.
inline constexpr int kSignerSocketFd = 3;

/// Serves requests (signer_messages.h) from `socket_fd`, a connected local stream socket, until it closes.
/// Blocking, one thread; needs a process of its own, which it makes unreadable to others (not dumpable, no
/// core), detaches from its terminal, ties to its parent's life, and strips of every descriptor but 0, 1, 2
/// and the socket. Returns the exit status: 0 when the proxy closed, 1 when it broke the protocol, 2 when
/// `socket_fd` is no such socket (somebody typed the command). `make_source` is asked once, with the name of
/// the module that the first request has.
int run_signer(int socket_fd, const KeySourceMaker& make_source);

}  // namespace tlscore::token
