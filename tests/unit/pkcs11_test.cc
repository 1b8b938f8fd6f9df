// What PKCS#11's codes and URIs mean, and which of several tokens is taken.
#include <gtest/gtest.h>

#include "tlscore/token/pkcs11_error.h"
#include "tlscore/token/pkcs11_module.h"
#include "tlscore/token/pkcs11_uri.h"

namespace tlscore::token {
namespace {

TokenInfo make_token(std::uint64_t slot, const std::string& label, const std::string& serial) {
  TokenInfo token;
  token.slot = slot;
  token.label = label;
  token.serial = serial;
  token.manufacturer = "Maker";
  token.model = "Model";
  token.initialized = true;
  token.uri = make_token_uri({token.label, token.manufacturer, token.model, token.serial});
  return token;
}

TEST(Pkcs11Error, SaysWhatAUserCanDoSomethingAbout) {
  EXPECT_EQ(pkcs11_error("C_Sign", CKR_DEVICE_REMOVED).kind, ErrorKind::TokenRemoved);
  EXPECT_EQ(pkcs11_error("C_Sign", CKR_TOKEN_NOT_PRESENT).kind, ErrorKind::TokenRemoved);
  EXPECT_EQ(pkcs11_error("C_Sign", CKR_SESSION_HANDLE_INVALID).kind, ErrorKind::TokenRemoved);
  EXPECT_EQ(pkcs11_error("C_Login", CKR_PIN_INCORRECT).kind, ErrorKind::WrongPin);
  EXPECT_EQ(pkcs11_error("C_Login", CKR_PIN_LOCKED).kind, ErrorKind::Refused);
  EXPECT_EQ(pkcs11_error("C_SignInit", CKR_USER_NOT_LOGGED_IN).kind, ErrorKind::Disarmed);
  EXPECT_EQ(pkcs11_error("C_Login", CKR_FUNCTION_CANCELED).kind, ErrorKind::Cancelled);
  EXPECT_EQ(pkcs11_error("C_SignInit", CKR_MECHANISM_INVALID).kind, ErrorKind::Unsupported);
  EXPECT_EQ(pkcs11_error("C_Sign", CKR_VENDOR_DEFINED).kind, ErrorKind::Internal);
  EXPECT_EQ(pkcs11_error("C_Sign", CKR_DEVICE_REMOVED).message,
            "the token was removed (C_Sign answered 0x32)");
  EXPECT_TRUE(check_pkcs11("C_Sign", CKR_OK).has_value());
}

TEST(Pkcs11Uri, NamesWhatItWasMadeFor) {
  const TokenName token{"My token", "Maker", "Model", "0001"};
  const std::string uri = make_key_uri(token, Bytes{0x03}, "my key");
  for (const char* pattern :
       {"pkcs11:", "pkcs11:token=My%20token", "pkcs11:serial=0001;id=%03", "pkcs11:object=my%20key",
        "pkcs11:id=%03;type=cert", "pkcs11:id=%03;type=private"}) {
    EXPECT_TRUE(uri_names(pattern, uri).value()) << pattern;
  }
  for (const char* pattern :
       {"pkcs11:token=Other", "pkcs11:id=%04", "pkcs11:object=my", "pkcs11:serial=0001;id=%02"}) {
    EXPECT_FALSE(uri_names(pattern, uri).value()) << pattern;
  }
}

TEST(Pkcs11Uri, RefusesWhatIsNoUriAndWhatCarriesAPin) {
  const std::string uri = make_token_uri({"My token", "Maker", "Model", "0001"});
  EXPECT_EQ(uri_names("pkcs11:id=%0", uri).error().kind, ErrorKind::Malformed);
  EXPECT_EQ(uri_names("https://x.example/", uri).error().kind, ErrorKind::Malformed);
  EXPECT_EQ(uri_names("pkcs11:token=My%20token?pin-value=1234", uri).error().kind, ErrorKind::Malformed);
  EXPECT_EQ(uri_names("pkcs11:nonsense=1", uri).error().kind, ErrorKind::Malformed);
  EXPECT_EQ(uri_names("pkcs11:token=" + std::string(5000, 'a'), uri).error().kind, ErrorKind::TooLarge);
}

TEST(SelectToken, TheOnlyOneNeedsNoName) {
  const std::vector tokens = {make_token(0, "One", "1")};
  EXPECT_EQ(select_token(tokens, "").value(), tokens[0]);
}

TEST(SelectToken, OneOfSeveralIsNamedBySerialLabelOrUri) {
  const std::vector tokens = {make_token(0, "One", "1"), make_token(1, "Two", "2")};
  EXPECT_EQ(select_token(tokens, "2").value().label, "Two");
  EXPECT_EQ(select_token(tokens, "One").value().label, "One");
  EXPECT_EQ(select_token(tokens, "pkcs11:serial=2").value().label, "Two");
  const auto ambiguous = select_token(tokens, "");
  EXPECT_EQ(ambiguous.error().kind, ErrorKind::Refused);
  EXPECT_NE(ambiguous.error().message.find("\"Two\" (serial number 2)"), std::string::npos);
  EXPECT_EQ(select_token(tokens, "3").error().kind, ErrorKind::NotFound);
  EXPECT_EQ(select_token({}, "").error().kind, ErrorKind::NotFound);
}

TEST(SelectToken, TwoSlotsOfOneCardAreOneToken) {
  const std::vector tokens = {make_token(0, "OpenPGP card (User PIN)", "1"),
                              make_token(1, "OpenPGP card (User PIN (sig))", "1")};
  EXPECT_EQ(select_token(tokens, "").value().slot, 0U);
  EXPECT_EQ(select_token(tokens, tokens[1].uri).value().slot, 1U);
}

TEST(SelectToken, PassesOverWhatIsNotInitialised) {
  std::vector tokens = {make_token(0, "Empty", ""), make_token(1, "Two", "2")};
  tokens[0].initialized = false;
  EXPECT_EQ(select_token(tokens, "").value().label, "Two");
}

}  // namespace
}  // namespace tlscore::token
