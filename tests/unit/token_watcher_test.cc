// The watcher on real libudev, with devices that umockdev plays.
#include "udev/token_watcher.h"

#include <gtest/gtest.h>
#include <linux/netlink.h>

#include <algorithm>

#include "tests/unit/network_namespace.h"
#include "tests/unit/usb_testbed.h"
#include "tlscore/base/unique_fd.h"

namespace udev {
namespace {

using tests::under_umockdev;
using tests::UsbTestbed;
using tlscore::EventLoop;

const std::string kToken = " PRODUCT=20a0/4211/200 BUSNUM=001 ID_SMARTCARD_READER=1 ID_SERIAL_SHORT=";

/// A watcher, and what it reported, as "+name" and "-name".
class Watched {
 public:
  explicit Watched(std::string serial = "") {
    auto started = TokenWatcher::start(
        *m_loop, std::move(serial), [this](const UsbToken& token) { note('+', token); },
        [this](const UsbToken& token) { note('-', token); });
    EXPECT_TRUE(started.has_value());
    if (started) m_watcher = std::move(*started);
  }

  /// What was reported since the last call. The testbed has sent its events before it says "ok", so all that
  /// is to come is there.
  std::string reports() {
    for (int i = 0; i < 3; ++i) event_base_loop(m_loop->base(), EVLOOP_ONCE | EVLOOP_NONBLOCK);
    return std::exchange(m_reports, "");
  }
  [[nodiscard]] const TokenWatcher& watcher() const { return *m_watcher; }

 private:
  void note(char what, const UsbToken& token) {
    const auto& tokens = m_watcher->tokens();
    const bool is_in = std::ranges::find(tokens, token.syspath, &UsbToken::syspath) != tokens.end();
    EXPECT_EQ(is_in, what == '+');
    m_reports += (m_reports.empty() ? "" : " ") + std::string(1, what) +
                 token.syspath.substr(token.syspath.rfind('/') + 1);
  }

  std::unique_ptr<EventLoop> m_loop = *EventLoop::create();
  std::string m_reports;
  std::unique_ptr<TokenWatcher> m_watcher;
};

TEST(TokenWatcher, ReportsATokenThatIsPluggedInAndPulledOut) {
  under_umockdev([](UsbTestbed& usb) {
    Watched watched;
    EXPECT_EQ(watched.reports(), "");
    usb.command("plug 1-1 DEVNUM=007" + kToken + "A");
    EXPECT_EQ(watched.reports(), "+1-1");
    ASSERT_EQ(watched.watcher().tokens().size(), 1U);
    EXPECT_EQ(describe(watched.watcher().tokens().front()), "a token (20a0:4211, serial A)");
    usb.command("pull 1-1");
    EXPECT_EQ(watched.reports(), "-1-1");
    EXPECT_TRUE(watched.watcher().tokens().empty());
  });
}

TEST(TokenWatcher, ReportsWhatIsInWhenItStartsOnceAndFromTheLoop) {
  under_umockdev([](UsbTestbed& usb) {
    usb.command("plug 1-1 DEVNUM=007" + kToken + "A");
    usb.command("plug 1-2 DEVNUM=008" + kToken + "B");
    Watched watched;
    EXPECT_TRUE(watched.watcher().tokens().empty()) << "reported from within start()";
    usb.command("event 1-1 add");  // in the socket before the list is made
    EXPECT_EQ(watched.reports(), "+1-1 +1-2");
  });
}

TEST(TokenWatcher, ASecondAddAChangeAndABindAreNoSecondPlug) {
  under_umockdev([](UsbTestbed& usb) {
    Watched watched;
    usb.command("plug 1-1 DEVNUM=007" + kToken + "A");
    EXPECT_EQ(watched.reports(), "+1-1");
    for (const std::string action : {"add", "change", "bind", "unbind", "move"})
      usb.command("event 1-1 " + action);
    EXPECT_EQ(watched.reports(), "");
    usb.command("pull 1-1");
    EXPECT_EQ(watched.reports(), "-1-1");
  });
}

TEST(TokenWatcher, ADeviceThatBecomesATokenLaterIsAddedThen) {
  under_umockdev([](UsbTestbed& usb) {
    Watched watched;
    usb.command("plug 1-1 DEVNUM=007 PRODUCT=20a0/4211/200");
    EXPECT_EQ(watched.reports(), "");
    usb.command("set 1-1 ID_SMARTCARD_READER=1");
    usb.command("event 1-1 bind");
    EXPECT_EQ(watched.reports(), "+1-1");
  });
}

TEST(TokenWatcher, ADeviceThatIsNoReaderIsNoToken) {
  under_umockdev([](UsbTestbed& usb) {
    Watched watched;
    usb.command("plug 1-1 DEVNUM=007 PRODUCT=46d/c31c/6400 ID_SERIAL_SHORT=A");
    usb.command("pull 1-1");
    EXPECT_EQ(watched.reports(), "");
  });
}

TEST(TokenWatcher, TwoTokensComeAndGoByThemselves) {
  under_umockdev([](UsbTestbed& usb) {
    Watched watched;
    usb.command("plug 1-1 DEVNUM=007" + kToken + "A");
    usb.command("plug 1-2 DEVNUM=008" + kToken + "B");
    EXPECT_EQ(watched.reports(), "+1-1 +1-2");
    usb.command("pull 1-1");
    EXPECT_EQ(watched.reports(), "-1-1");
    EXPECT_EQ(watched.watcher().tokens().front().serial, "B");
  });
}

TEST(TokenWatcher, TheSamePlaceAgainIsANewPlug) {
  under_umockdev([](UsbTestbed& usb) {
    Watched watched;
    usb.command("plug 1-1 DEVNUM=007" + kToken + "A");
    usb.command("pull 1-1");
    usb.command("plug 1-1 DEVNUM=008" + kToken + "A");
    EXPECT_EQ(watched.reports(), "+1-1 -1-1 +1-1");
  });
}

TEST(TokenWatcher, ANewPlugInThePlaceOfATokenWhoseRemovalWasMissedRemovesIt) {
  under_umockdev([](UsbTestbed& usb) {
    Watched watched;
    usb.command("plug 1-1 DEVNUM=007" + kToken + "A");
    EXPECT_EQ(watched.reports(), "+1-1");
    usb.command("vanish 1-1");
    usb.command("plug 1-1 DEVNUM=008" + kToken + "A");
    EXPECT_EQ(watched.reports(), "-1-1 +1-1");
    usb.command("vanish 1-1");
    usb.command("plug 1-1 DEVNUM=009 PRODUCT=46d/c31c/6400");
    EXPECT_EQ(watched.reports(), "-1-1");
  });
}

TEST(TokenWatcher, AFilterBySerialNumberSeesNoOtherToken) {
  under_umockdev([](UsbTestbed& usb) {
    usb.command("plug 1-1 DEVNUM=007" + kToken + "A");
    usb.command("plug 1-2 DEVNUM=008" + kToken + "B");
    Watched watched("B");
    EXPECT_EQ(watched.reports(), "+1-2");
    usb.command("pull 1-1");
    usb.command("plug 1-3 DEVNUM=009" + kToken + "BB");
    EXPECT_EQ(watched.reports(), "");
    usb.command("pull 1-2");
    EXPECT_EQ(watched.reports(), "-1-2");
  });
}

TEST(TokenWatcher, WhenEventsAreLostItLooksAgainAndReportsTheDifference) {
  under_umockdev([](UsbTestbed& usb) {
    Watched watched;
    usb.command("plug 1-1 DEVNUM=007" + kToken + "A");
    usb.command("plug 1-2 DEVNUM=008" + kToken + "B");
    EXPECT_EQ(watched.reports(), "+1-1 +1-2");
    usb.command("vanish 1-1");
    EXPECT_EQ(watched.reports(), "") << "nobody has told";
    usb.command("garble");
    EXPECT_EQ(watched.reports(), "-1-1");
  });
}

/// Sends an event to everybody who listens to udev in this network namespace, as udevd does.
void send_event(int netlink, const std::string& name) {
  constexpr std::uint32_t kUdevGroup = 2;
  const sockaddr_nl group{.nl_family = AF_NETLINK, .nl_pad = 0, .nl_pid = 0, .nl_groups = kUdevGroup};
  std::string event = "add@/devices/usb1/" + name + " ACTION=add DEVPATH=/devices/usb1/" + name +
                      " SUBSYSTEM=usb DEVTYPE=usb_device SEQNUM=1 DEVNUM=007" + kToken + "A ";
  std::ranges::replace(event, ' ', '\0');
  // What comes back is the kernel's opinion, which gets a copy. The listeners have theirs.
  static_cast<void>(::sendto(netlink, event.data(), event.size(), 0,
                             reinterpret_cast<const sockaddr*>(&group), sizeof group));
}

TEST(TokenWatcher, WhenItsSocketOverflowsItLooksAgain) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root may send udev's events";
  tests::in_own_network({}, [] {
    const tlscore::UniqueFd netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT));
    Watched watched;
    EXPECT_EQ(watched.reports(), "");
    send_event(netlink.get(), "1-1");
    EXPECT_EQ(watched.reports(), "+1-1");
    for (int i = 0; i < 20'000; ++i) send_event(netlink.get(), "1-1");
    // There is no such device in /sys. The events that did find room bring it back.
    EXPECT_TRUE(watched.reports().starts_with("-1-1"));
  });
}

TEST(TokenWatcher, WithoutAUdevdThereAreNoTokensAndNoError) {
  const std::unique_ptr<EventLoop> loop = *EventLoop::create();
  int removed = 0;
  const auto watcher = TokenWatcher::start(
      *loop, "a serial number that no token has", [](const UsbToken&) { FAIL(); },
      [&](const UsbToken&) { ++removed; });
  ASSERT_TRUE(watcher.has_value()) << watcher.error().message;
  for (int i = 0; i < 3; ++i) event_base_loop(loop->base(), EVLOOP_ONCE | EVLOOP_NONBLOCK);
  EXPECT_EQ(removed, 0);
}

}  // namespace
}  // namespace udev
