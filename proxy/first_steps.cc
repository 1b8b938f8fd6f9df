// Lines to copy.
#include "proxy/first_steps.h"

#include "proxy/party.h"

namespace proxy {

void print_first_steps(const Services& services, std::ostream& out) {
  const std::string& address = services.addresses.front();
  const std::string url = "http://" + std::string(kDemoHost) + "/";
  out << "Latchkey listens at " << address << ". Try, in another terminal:\n\n"
      << "  curl -x http://" << address << " " << url << '\n'
      << "  curl --socks5-hostname " << address << " " << url << '\n'
      << "  curl --socks4a " << address << " " << url << '\n'
      << "  curl -p -x http://" << address << " " << url << '\n'
      << "\nEach shows the fingerprint of your key as the demo party saw it.\n"
      << "A browser's proxy configuration (PAC) is http://" << address
      << "/proxy.pac; Ctrl-C ends Latchkey.\n";
  out.flush();
}

}  // namespace proxy
