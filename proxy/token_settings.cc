// Modules by their names.
#include "proxy/token_settings.h"

#include "openpgp-auth/agent_keys.h"
#include "tlscore/token/soft_token.h"

namespace proxy {

using namespace tlscore;

TokenSettings token_settings(const TokenConfig& config, const std::string& state_folder) {
  TokenSettings settings;
  settings.certificate_folder = state_folder + "/certificates";
  settings.pin_at_once = config.prompt == PinPrompt::Arming;
  if (config.module == "soft") {
    const token::SoftToken soft = token::soft_token_in(state_folder);
    soft.select_in(settings.signer);
    settings.pin = token::PinSource::File;
    settings.pin_file = soft.pin_file();
    settings.is_file_key = true;
    return settings;
  }
  settings.signer.module = config.module;
  settings.signer.network = config.network;
  if (config.module == openpgp_auth::kAgentModule && config.device == "none") {
    settings.signer.token = openpgp_auth::agent_disk().uri;
    settings.is_file_key = true;
    return settings;
  }
  settings.through_gnupg = config.module == openpgp_auth::kAgentModule;
  if (config.device != "none") settings.signer.token = config.device;
  switch (config.pin) {
    case PinSource::Ask: settings.pin = token::PinSource::Pinentry; break;
    case PinSource::Terminal: settings.pin = token::PinSource::Terminal; break;
    case PinSource::Credential: settings.pin = token::PinSource::Credential; break;
  }
  return settings;
}

}  // namespace proxy
