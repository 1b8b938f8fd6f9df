// What the proxy and its signer say to each other survives the wire, and nothing else is taken for it.
#include "tlscore/token/signer_messages.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tlscore/x509/private_key.h"

namespace tlscore::token {
namespace {

KeyInfo make_key(std::size_t certificate_bytes) {
  const x509::PublicKey public_key = x509::PrivateKey::generate_p256().value().public_key();
  return {.id = {3},
          .label = "my key",
          .public_key = public_key,
          .fingerprint = to_hex(public_key.spki_sha256()),
          .uri = "pkcs11:id=%03",
          .mechanisms = {.rsa_pkcs1 = false, .rsa_pss = false, .ecdsa = true},
          .always_authenticate = true,
          .unlocked = true,
          .certificate = Bytes(certificate_bytes, 0x30)};
}

TokenInfo make_token() {
  return {.slot = 0x1234567890,
          .label = "A token",
          .manufacturer = "Maker",
          .model = "Model",
          .serial = "0001",
          .reader = "Reader 00 00",
          .uri = "pkcs11:serial=0001",
          .pin_tries = PinTries::One,
          .hardware = true,
          .initialized = true,
          .login_required = true,
          .pin_pad = true};
}

std::vector<Message> every_message() {
  return {ListTokens{"auto"},
          Open{"/usr/lib/x.so", "pkcs11:serial=0001", "Virtual reader 00 00"},
          ListKeys{7},
          Login{PinSource::Terminal, "/a/file", true, 108, {"ttyname=/dev/pts/1", "display=:0"}},
          Sign{std::string(64, 'a'), {x509::SignatureScheme::RsaPss, x509::Hash::Sha384, Bytes(48, 1)}},
          Logout{},
          MakeSoftToken{"soft", "/state/pin", "latchkey", {NewKey::P256, NewKey::Rsa2048}},
          Stop{},
          Done{},
          Failure{{ErrorKind::WrongPin, "the PIN is wrong"}, PinTries::Few},
          TokenList{{make_token(), TokenInfo{}}},
          KeyList{true, {make_key(900)}},
          Signature{Bytes(256, 0xaa)},
          PinPrompt{true}};
}

TEST(SignerMessages, EveryMessageComesBackAsItWas) {
  for (const Message& message : every_message()) {
    SCOPED_TRACE(testing::Message() << "type " << message.index());
    const Bytes wire = encode_frame({42, message}).value();
    const auto decoded = decode_frame(wire).value();
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(decoded->frame.id, 42U);
    EXPECT_EQ(decoded->frame.message, message);
    EXPECT_EQ(decoded->wire_bytes, wire.size());
  }
}

TEST(SignerMessages, AsksForMoreUntilTheLastOctetArrives) {
  for (const Message& message : every_message()) {
    const Bytes wire = encode_frame({1, message}).value();
    for (std::size_t n = 0; n < wire.size(); ++n) {
      const auto decoded = decode_frame(ByteView(wire).first(n));
      ASSERT_TRUE(decoded.has_value());
      EXPECT_FALSE(decoded->has_value()) << n << " octets of type " << message.index();
    }
  }
}

TEST(SignerMessages, LeavesTheNextFrameAlone) {
  Bytes wire = encode_frame({1, Logout{}}).value();
  const std::size_t first = wire.size();
  wire.push_back(0xff);
  EXPECT_EQ(decode_frame(wire).value()->wire_bytes, first);
}

TEST(SignerMessages, RefusesAFrameThatEndsWithinAField) {
  for (const Message& message : every_message()) {
    Bytes wire = encode_frame({1, message}).value();
    if (wire.size() == 9) continue;  // no fields
    wire.pop_back();
    wire[3] = static_cast<std::uint8_t>(wire[3] - 1);
    if (wire[3] == 0xff) continue;  // the length's lowest octet was 0
    EXPECT_EQ(decode_frame(wire).error().kind, ErrorKind::Malformed) << "type " << message.index();
  }
}

TEST(SignerMessages, RefusesOctetsLeftOver) {
  EXPECT_EQ(decode_frame(from_hex("0000000605000000010a").value()).error().kind, ErrorKind::Malformed);
}

TEST(SignerMessages, RefusesATypeThatIsNone) {
  EXPECT_EQ(decode_frame(from_hex("000000050e00000001").value()).error().kind, ErrorKind::Malformed);
  EXPECT_EQ(decode_frame(from_hex("00000005ff00000001").value()).error().kind, ErrorKind::Malformed);
}

TEST(SignerMessages, RefusesAFrameWithoutTypeAndId) {
  EXPECT_EQ(decode_frame(from_hex("00000000").value()).error().kind, ErrorKind::Malformed);
  EXPECT_EQ(decode_frame(from_hex("0000000405000000").value()).error().kind, ErrorKind::Malformed);
}

TEST(SignerMessages, RefusesALengthAboveTheLimitAtOnce) {
  EXPECT_EQ(decode_frame(from_hex("00010001").value()).error().kind, ErrorKind::TooLarge);
  EXPECT_EQ(decode_frame(from_hex("ffffffff").value()).error().kind, ErrorKind::TooLarge);
  EXPECT_TRUE(decode_frame(from_hex("00010000").value()).has_value());
}

TEST(SignerMessages, RefusesEnumeratorsAndFlagsThatAreNone) {
  // Login: source 5, 0; its allow_final_try is 2.
  EXPECT_FALSE(decode_frame(from_hex("0000000f030000000105000000000000000000").value()).has_value());
  EXPECT_FALSE(decode_frame(from_hex("0000000f030000000100000000000000000000").value()).has_value());
  EXPECT_FALSE(decode_frame(from_hex("0000000f030000000101000002000000000000").value()).has_value());
  EXPECT_TRUE(decode_frame(from_hex("0000000f030000000101000001000000000000").value()).has_value());
}

TEST(SignerMessages, RefusesAPublicKeyThatCannotBeRead) {
  const KeyInfo key = make_key(1);
  Bytes wire = encode_frame({1, KeyList{false, {key}}}).value();
  const auto spki = std::ranges::search(wire, key.public_key.spki());
  *spki.begin() ^= 0x40;
  EXPECT_EQ(decode_frame(wire).error().kind, ErrorKind::Malformed);
}

TEST(SignerMessages, DoesNotSendWhatIsTooLong) {
  EXPECT_EQ(encode_frame({1, ListTokens{std::string(65536, 'a')}}).error().kind, ErrorKind::TooLarge);
  EXPECT_EQ(encode_frame({1, KeyList{false, {make_key(40'000), make_key(40'000)}}}).error().kind,
            ErrorKind::TooLarge);
  EXPECT_TRUE(encode_frame({1, KeyList{false, {make_key(32'768)}}}).has_value());
}

}  // namespace
}  // namespace tlscore::token
