// What is an e-mail address in a certificate.
#include "tlscore/x509/mailbox.h"

#include <gtest/gtest.h>

#include <string>

namespace tlscore::x509 {
namespace {

TEST(Mailbox, IsADotAtomAndAName) {
  for (const char* const text :
       {"ann@party.example", "a.b+c_d@x.party.example", "o'neil@party.example", "a@b"})
    EXPECT_TRUE(is_mailbox(text)) << text;
}

TEST(Mailbox, RefusesEverythingElse) {
  for (const char* const text :
       {"", "@", "ann", "ann@", "@party.example", ".ann@party.example", "ann.@party.example",
        "a..b@party.example", "a b@party.example", "\"a b\"@party.example", "ann@party.example.",
        "ann@192.0.2.1", "ann@[192.0.2.1]", "ann@2001:db8::1", "a@b@party.example", "ann@par ty.example",
        "z\xc3\xb3\x65@party.example", "ann@party.example\n", "<ann@party.example>"}) {
    EXPECT_FALSE(is_mailbox(text)) << text;
  }
  EXPECT_FALSE(is_mailbox(std::string(65, 'a') + "@party.example"));
  EXPECT_TRUE(is_mailbox(std::string(64, 'a') + "@party.example"));
  EXPECT_FALSE(is_mailbox(std::string("ann\0@party.example", 18)));
}

}  // namespace
}  // namespace tlscore::x509
