// The one-time credentials that `latchkey exec` gives to the programs it starts.
#pragma once

#include <list>
#include <string>

#include "proxy/credential.h"

namespace proxy {

/// A credential is good from issue() until its Lease goes, which is when the program has ended.
class Credentials {
 public:
  /// Takes the credential back when it goes. Not copied, not moved.
  class Lease {
   public:
    explicit Lease(Credentials& all);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    [[nodiscard]] const Credential& credential() const { return *m_place; }

   private:
    Credentials& m_all;
    std::list<Credential>::iterator m_place;
  };

  /// Compared in constant time.
  [[nodiscard]] bool valid(const Credential& offered) const;

 private:
  std::list<Credential> m_issued;
};

}  // namespace proxy
