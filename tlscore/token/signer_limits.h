// What a signer process gives up before it holds a PIN. Signer process only.
//
// A PKCS#11 module is somebody else's code, and needs files, its device and pcscd's socket. It needs no
// program and, but for modules whose keys are elsewhere, no network: a process that holds a PIN has neither.
// Nor does it look into other processes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tlscore::token {

/// Forks what starts pinentry and gpgconf for this process, and nothing else (launcher.h). While there is one
/// thread, and before anything is loaded.
void start_pinentry_launcher();

/// What the source of keys cannot do without.
struct SignerNeeds {
  bool network = false;                   ///< The Internet's sockets: the keys are elsewhere.
  bool programs = false;                  ///< Programs: GPGME starts gpg.
  std::vector<std::string> folders{"/"};  ///< All that it may change; without a fence where it has programs.
};

/// What the module with that name ("auto", "soft", ...; see pkcs11_module.h) may change: OpenSC its cache,
/// SoftHSM2 the folder of $SOFTHSM2_CONF. Of others' modules it is not known: everything, "/".
[[nodiscard]] std::vector<std::string> folders_to_change(std::string_view module);

/// From now on: no program, no socket but those of UNIX and udev's, no other process looked into
/// (call_filter.h), and no file changed outside the folders (folder_fence.h). Where the kernel takes no
/// filter, the log says so; that it fences no folders, the proxy has said.
void give_up_calls(const SignerNeeds& needs);

/// `signer network`: what give_up_calls was asked for when the process was started.
inline constexpr std::string_view kNetworkArgument = "network";

}  // namespace tlscore::token
