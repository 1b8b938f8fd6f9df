// Random passwords, and who holds one.
#include "proxy/credentials.h"

#include <algorithm>

#include "tlscore/base/bytes.h"
#include "tlscore/x509/random.h"

namespace proxy {

using namespace tlscore;

Credentials::Lease::Lease(Credentials& all) : m_all(all) {
  constexpr std::size_t kPasswordOctets = 24;
  m_place = all.m_issued.insert(all.m_issued.end(), {"exec", to_hex(x509::random_bytes(kPasswordOctets))});
}

Credentials::Lease::~Lease() {
  m_all.m_issued.erase(m_place);
}

bool Credentials::valid(const Credential& offered) const {
  return std::ranges::any_of(m_issued, [&](const Credential& issued) {
    return offered.user == issued.user &&
           equal_in_constant_time(as_bytes(offered.password), as_bytes(issued.password));
  });
}

}  // namespace proxy
