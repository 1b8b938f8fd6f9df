// OpenPGP certificates in files: binary, armored, broken.
#include "openpgp-auth/armor.h"

#include <gtest/gtest.h>

#include "tests/unit/gnupg_home.h"

namespace openpgp_auth {
namespace {

using tlscore::Bytes;
using tlscore::ErrorKind;

const std::string kBegin = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n";
const std::string kEnd = "-----END PGP PUBLIC KEY BLOCK-----\n";

std::string armored(const Bytes& octets, const std::string& headers = "") {
  std::string text = kBegin + headers + "\n";
  const std::string base64 = tlscore::to_base64(octets);
  constexpr std::size_t kLine = 64;
  for (std::size_t i = 0; i < base64.size(); i += kLine) text += base64.substr(i, kLine) + "\n";
  return text + "=abcd\n" + kEnd;
}

TEST(Armor, BinaryIsTakenAsItIs) {
  const Bytes good = tests::keyring_data("good");
  EXPECT_EQ(dearmor(tlscore::as_text(good)), good);
}

TEST(Armor, ComesOff) {
  const Bytes good = tests::keyring_data("good");
  EXPECT_EQ(dearmor(armored(good)), good);
  EXPECT_EQ(dearmor("some text before\n\n" + armored(good) + "and after"), good);
  EXPECT_EQ(dearmor(armored(good, "Version: x\nComment: y\n")), good);
  std::string windows;
  for (const char letter : armored(good)) windows += letter == '\n' ? "\r\n" : std::string(1, letter);
  EXPECT_EQ(dearmor(windows), good);
}

TEST(Armor, RefusesWhatIsBroken) {
  const std::string good = armored(tests::keyring_data("good"));
  const std::string no_end = good.substr(0, good.size() - kEnd.size());
  std::string no_base64 = kBegin;
  no_base64.append("\n!!!\n").append(kEnd);
  for (const std::string& broken :
       {std::string(), std::string("text"), no_end, good + good, no_base64, kBegin, "x" + kEnd,
        std::string("-----BEGIN PGP MESSAGE-----\n\nAAAA\n-----END PGP MESSAGE-----\n"),
        "-----BEGIN PGP PUBLIC KEY BLOCK-----x\n\nAAAA\n" + kEnd}) {
    const auto octets = dearmor(broken);
    ASSERT_FALSE(octets) << broken;
    EXPECT_EQ(octets.error().kind, ErrorKind::Malformed);
  }
}

}  // namespace
}  // namespace openpgp_auth
