// Every part with its length before it, so that no two lists of parts read alike.
#include "proxy/party_sessions.h"

namespace proxy {

using namespace tlscore;

namespace {

class Parts {
 public:
  void add(std::string_view part) {
    m_text += std::to_string(part.size());
    m_text += ':';
    m_text += part;
  }
  template <class T>
    requires std::is_integral_v<T> || std::is_enum_v<T>
  void add(T number) {
    add(std::to_string(static_cast<long long>(number)));
  }
  template <class Range>
  void add_all(const Range& parts) {
    add(parts.size());
    for (const auto& part : parts) add(part);
  }
  [[nodiscard]] std::string text() && { return std::move(m_text); }

 private:
  std::string m_text;
};

void add_party(Parts& parts, const Party& party) {
  parts.add_all(party.hosts);
  parts.add_all(party.ports);
  parts.add(party.identity.kind);
  parts.add(party.identity.value);
  parts.add(party.user_id);
  parts.add_all(party.auth);
  parts.add(party.trust);
  parts.add(party.trust_is_written);
  parts.add_all(party.openpgp);
  parts.add(party.pin.size());
  for (const Bytes& pin : party.pin) parts.add(as_text(pin));
  parts.add(party.roots);
  parts.add(party.crls);
  parts.add(party.starttls);
}

}  // namespace

std::string session_key(const Destination& destination, const tls::ClientSettings& settings,
                        std::string_view keyring, std::string_view crls, std::string_view identity,
                        std::string_view token) {
  Parts parts;
  add_party(parts, *destination.party);
  parts.add(destination.host);
  parts.add(destination.port);
  parts.add(destination.mode());
  parts.add(settings.server_name);
  parts.add_all(settings.alpn);
  parts.add(settings.lowest);
  parts.add(settings.highest);
  parts.add_all(settings.certificate_types);
  parts.add(keyring);
  parts.add(crls);
  parts.add(identity);
  parts.add(token);
  return std::move(parts).text();
}

}  // namespace proxy
