// Where tokens are plugged in, from what udev and PC/SC say.
#include "proxy/token_places.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

using tlscore::token::CardHolder;
using tlscore::token::CardReader;
using tlscore::token::CardReaders;

udev::UsbToken usb(std::uint16_t device, std::string serial = "") {
  udev::UsbToken token;
  token.syspath = "/sys/devices/usb1/1-" + std::to_string(device);
  token.bus = 1;
  token.device = device;
  token.model = "Reader";
  token.serial = std::move(serial);
  return token;
}

CardReader reader(std::string name, std::uint8_t device, bool has_card = true, std::uint16_t events = 1) {
  return {.name = std::move(name),
          .usb_bus = static_cast<std::uint8_t>(device == 0 ? 0 : 1),
          .usb_device = device,
          .card_events = events,
          .has_card = has_card,
          .held = false};
}

CardReaders readers(std::vector<CardReader> all) {
  return {.service = true, .readers = std::move(all)};
}

TEST(TokenPlaces, AUsbTokenIsInWhenItsReaderHoldsACard) {
  TokenPlaces places(TokenSource::Both);
  EXPECT_TRUE(places.see_usb({usb(5)}).came.empty()) << "pcscd has not seen it yet";
  EXPECT_TRUE(places.see_readers(readers({reader("A", 5, false)})).came.empty());
  const auto changes = places.see_readers(readers({reader("A", 5)}));
  ASSERT_EQ(changes.came.size(), 1U);
  EXPECT_EQ(changes.came.front().reader, "A");
}

TEST(TokenPlaces, UdevAloneTakesATokenAway) {
  TokenPlaces places(TokenSource::Both);
  places.see_readers(readers({reader("A", 5)}));
  places.see_usb({usb(5)});
  const auto changes = places.see_usb({});
  ASSERT_EQ(changes.left.size(), 1U) << "pcscd takes its time";
  EXPECT_EQ(changes.left.front().why, "the token was pulled out");
  EXPECT_TRUE(places.see_readers(readers({})).left.empty()) << "told once";
}

TEST(TokenPlaces, ACardThatIsPulledLeavesItsReaderBehind) {
  TokenPlaces places(TokenSource::Both);
  places.see_usb({usb(5)});
  places.see_readers(readers({reader("A", 5)}));
  const auto changes = places.see_readers(readers({reader("A", 5, false, 2)}));
  ASSERT_EQ(changes.left.size(), 1U);
  EXPECT_EQ(changes.left.front().why, "the card was pulled out of its reader");
  EXPECT_EQ(places.why_none(), "there is no card in the reader A");
}

TEST(TokenPlaces, ACardThatCameBackUnseenIsAnotherPlug) {
  TokenPlaces places(TokenSource::Readers);
  places.see_readers(readers({reader("A", 0)}));
  const auto changes = places.see_readers(readers({reader("A", 0, true, 3)}));
  EXPECT_EQ(changes.left.size(), 1U);
  EXPECT_EQ(changes.came.size(), 1U);
}

TEST(TokenPlaces, TheEndOfPcscdIsToldAsSuch) {
  TokenPlaces places(TokenSource::Both);
  places.see_usb({usb(5)});
  places.see_readers(readers({reader("A", 5)}));
  const auto changes = places.see_readers({});
  ASSERT_EQ(changes.left.size(), 1U);
  EXPECT_EQ(changes.left.front().why, "the smart card service (pcscd) ended");
  EXPECT_NE(places.why_none().find("pcscd"), std::string::npos);
}

TEST(TokenPlaces, TwoReadersAreToldApartByTheirPlaces) {
  TokenPlaces places(TokenSource::Both);
  places.see_usb({usb(5), usb(6)});
  const auto came = places.see_readers(readers({reader("B", 6), reader("A", 5)})).came;
  ASSERT_EQ(came.size(), 2U);
  const auto left = places.see_usb({usb(6)}).left;
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left.front().place.reader, "A");
}

TEST(TokenPlaces, AReaderThatTellsNoPlaceIsFoundBySerialNumberOrBecauseNoOtherIsLeft) {
  TokenPlaces by_serial(TokenSource::Both);
  by_serial.see_usb({usb(5, "SER-5"), usb(6, "SER-6")});
  const auto came =
      by_serial.see_readers(readers({reader("X (SER-6) 00 00", 0), reader("X (SER-9) 00 00", 0)})).came;
  ASSERT_EQ(came.size(), 1U);
  EXPECT_EQ(came.front().reader, "X (SER-6) 00 00");

  TokenPlaces alone(TokenSource::Both);
  alone.see_usb({usb(5)});
  EXPECT_EQ(alone.see_readers(readers({reader("Y", 0)})).came.size(), 1U);

  TokenPlaces unclear(TokenSource::Both);
  unclear.see_usb({usb(5)});
  EXPECT_TRUE(unclear.see_readers(readers({reader("Y", 0), reader("Z", 0)})).came.empty())
      << "it may be either";
}

TEST(TokenPlaces, AnotherPlaceIsNeverTheSameReader) {
  TokenPlaces places(TokenSource::Both);
  places.see_usb({usb(5)});
  EXPECT_TRUE(places.see_readers(readers({reader("A", 7)})).came.empty());
  EXPECT_NE(places.why_none().find("does not see"), std::string::npos);
}

TEST(TokenPlaces, AHeldCardIsInAndItsReleaseIsTold) {
  TokenPlaces places(TokenSource::Readers);
  CardReader held = reader("A", 0);
  held.held = true;
  ASSERT_EQ(places.see_readers(readers({held})).came.size(), 1U);
  EXPECT_TRUE(places.in().front().held);
  const auto changes = places.see_readers(readers({reader("A", 0)}));
  ASSERT_EQ(changes.released.size(), 1U);
  EXPECT_TRUE(changes.left.empty());
  EXPECT_TRUE(places.see_readers(readers({reader("A", 0)})).released.empty()) << "told once";
}

TEST(TokenPlaces, ACardThatIsTakenLaterIsToldWithItsHolder) {
  TokenPlaces places(TokenSource::Readers);
  places.see_readers(readers({reader("A", 0)}));
  CardReader held = reader("A", 0);
  held.held = true;
  held.holders = {{.pid = 4711, .owner = 0, .name = "scdaemon"}};
  const auto changes = places.see_readers(readers({held}));
  ASSERT_EQ(changes.held.size(), 1U);
  EXPECT_EQ(changes.held.front().holders, held.holders);
  EXPECT_TRUE(places.see_readers(readers({held})).held.empty()) << "told once";
}

TEST(TokenPlaces, SaysWhoHoldsAReaderThatPcscdDoesNotSee) {
  TokenPlaces places(TokenSource::Both);
  places.see_readers(readers({}));
  EXPECT_EQ(places.unseen_reader(), nullptr);
  places.see_usb({usb(5)});
  ASSERT_NE(places.unseen_reader(), nullptr);
  EXPECT_TRUE(places.why_none().ends_with(" yet")) << places.why_none();
  places.see_holders_of_unseen(std::vector<CardHolder>{{.pid = 4711, .owner = 0, .name = "scdaemon"}});
  EXPECT_TRUE(places.why_none().contains("scdaemon (GnuPG), process 4711, has the card"))
      << places.why_none();
  places.see_readers(readers({reader("A", 5)}));
  EXPECT_EQ(places.unseen_reader(), nullptr);
}

TEST(TokenPlaces, SaysWhatToDoAboutAReaderThatNobodyHasAndPcscdDoesNotSee) {
  TokenPlaces places(TokenSource::Both);
  places.see_readers(readers({}));
  places.see_usb({usb(5)});
  places.see_holders_of_unseen(std::vector<CardHolder>());
  EXPECT_TRUE(places.why_none().contains("plug it in again; if that does not help, run `sudo systemctl"))
      << places.why_none();
}

TEST(TokenPlaces, WithoutPcscEachTokenThatLeavesTakesThePlaceWithIt) {
  TokenPlaces places(TokenSource::Usb);
  EXPECT_EQ(places.see_usb({usb(5)}).came.size(), 1U);
  const auto second = places.see_usb({usb(5), usb(6)});
  EXPECT_TRUE(second.left.empty() && second.came.empty()) << "what is open stays open";
  const auto one_left = places.see_usb({usb(5)});
  EXPECT_EQ(one_left.left.size(), 1U);
  EXPECT_EQ(one_left.came.size(), 1U) << "it may be in the other";
  EXPECT_EQ(places.see_usb({}).left.size(), 1U);
}

TEST(TokenPlaces, SaysWhyThereIsNone) {
  const TokenPlaces usb_only(TokenSource::Usb);
  EXPECT_EQ(usb_only.why_none(), "");
  TokenPlaces both(TokenSource::Both);
  EXPECT_EQ(both.why_none(), "") << "nothing is plugged in: nothing to explain";
  both.see_usb({usb(5)});
  EXPECT_NE(both.why_none().find("pcscd"), std::string::npos);
  TokenPlaces cards(TokenSource::Readers);
  cards.see_readers(readers({reader("A", 0, false)}));
  EXPECT_EQ(cards.why_none(), "there is no card in the reader");
}

}  // namespace
}  // namespace proxy
