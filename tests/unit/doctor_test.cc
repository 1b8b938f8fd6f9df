// What the doctor makes of the facts.
#include "proxy/doctor.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "proxy/browser_policies.h"
#include "proxy/party_pac.h"
#include "proxy/port_client.h"
#include "tlscore/x509/date.h"

namespace proxy {
namespace {

using namespace tlscore;
using nlohmann::json;

constexpr const char* kFingerprint = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

json healthy_status() {
  const json key{{"fingerprint", kFingerprint}, {"certificate_until", "2031-01-01T00:00:00Z"}};
  const json token{{"state", "armed"},          {"reason", ""},          {"label", "OpenPGP card"},
                   {"file_key", false},         {"pin_tries", "enough"}, {"held_by", json::array()},
                   {"keys", json::array({key})}};
  return {
      {"pid", 42},
      {"armed", true},
      {"listen", {"127.0.0.1:6091"}},
      {"token", token},
      {"tokens", json::array({token})},
      {"parties",
       json::array(
           {{{"hosts", {"party.test"}}, {"identity", "auto"}, {"key", kFingerprint}, {"key_problem", ""}}})}};
}

OpenPgpState alices_certificate() {
  return {.fingerprint = "0123456789012345678901234567890123456789",
          .user_id = "Alice <alice@example.org>",
          .good = true};
}

/// A card in a USB reader, beside GnuPG that shares it; all is well.
DoctorFacts healthy() {
  DoctorFacts facts;
  facts.user = 1000;
  facts.now = *x509::parse_rfc3339("2030-01-01T00:00:00Z");
  facts.installed = facts.now - std::chrono::days(100);
  facts.clock_is_kept = true;
  facts.filters_calls = true;
  facts.fences_folders = true;
  Config config = built_in_config();
  config.source = "config.toml";
  config.token.module = "auto";
  facts.config = std::move(config);
  facts.dns =
      DnsLook{.servers = {{.server = "192.0.2.1:53", .answers = true}}, .root = dns::Security::Secure};
  facts.status = healthy_status();
  facts.units = {.user = std::vector{udev::UnitState{
                     .name = "latchkey.service", .load = "loaded", .active = "active", .sub = "running"}},
                 .has_udev_rules = true};
  facts.usb = std::vector{udev::UsbToken{.bus = 1, .device = 5, .model = "Reader"}};
  facts.pcscd_installed = true;
  facts.readers = {.service = true,
                   .readers = {{.name = "Reader 00 00", .usb_bus = 1, .usb_device = 5, .has_card = true}}};
  facts.gnupg_home = "/gnupg";
  facts.gnupg_in_use = true;
  facts.scdaemon_conf = "disable-ccid\npcsc-shared\n";
  facts.gnupg_version = "2.2.40";
  facts.openpgp.insert_or_assign(kFingerprint, std::vector{alices_certificate()});
  facts.address = "127.0.0.1:6091";
  facts.browsers = std::vector{BrowserStore{.browser = "Chromium"}};
  facts.old_files = OldFiles();
  facts.proxies = {
      {.browser = "Chromium", .choice = {.use = ProxyUse::Pac, .target = "http://127.0.0.1:6091/proxy.pac"}}};
  facts.policies = {{std::string(kBrowsersWithPolicy[0].path),
                     browser_policy("chromium", pac_rules(facts.config->parties), *facts.address)->dump()}};
  facts.pac = PortAnswer{.status = 200,
                         .content_type = "application/x-ns-proxy-autoconfig",
                         .body = "demo.latchkey.test",
                         .owner = 1000};
  facts.demo = PortAnswer{.status = 200, .content_type = "text/html", .body = "", .owner = 1000};
  return facts;
}

Diagnosis found(const DoctorFacts& facts, std::string_view check) {
  const auto all = diagnose(facts);
  const auto one = std::ranges::find(all, check, &Diagnosis::check);
  return one == all.end() ? Diagnosis{.check = "missing", .verdict = Verdict::Problem} : *one;
}

/// The verdict that a check comes to, with what to do if that is not "ok"; and nothing else is wrong.
void expect(const DoctorFacts& facts, std::string_view check, Verdict verdict, std::string_view to_do) {
  const Diagnosis one = found(facts, check);
  EXPECT_EQ(one.verdict, verdict) << one.says;
  EXPECT_TRUE(one.to_do.contains(to_do)) << one.to_do;
  EXPECT_FALSE(one.says.empty());
  EXPECT_FALSE(all_well(diagnose(facts)));
}

TEST(Doctor, FindsNothingWhereAllIsWell) {
  const auto all = diagnose(healthy());
  for (const Diagnosis& each : all) {
    EXPECT_EQ(each.verdict, Verdict::Ok) << each.check << ": " << each.says;
    EXPECT_TRUE(each.to_do.empty()) << each.check;
  }
  EXPECT_TRUE(all_well(all));
}

TEST(Doctor, AClockThatIsBehindTheProgramIsWrong) {
  DoctorFacts facts = healthy();
  facts.now = facts.installed - std::chrono::days(2);
  expect(facts, "clock", Verdict::Problem, "set-ntp");
  facts.now = facts.installed - std::chrono::hours(12);  // of another time zone's making
  EXPECT_EQ(found(facts, "clock").verdict, Verdict::Ok);
  facts.clock_is_kept = false;
  EXPECT_EQ(found(facts, "clock").verdict, Verdict::Skipped);
}

TEST(Doctor, TellsOfAKernelThatShutsNothingOff) {
  DoctorFacts facts = healthy();
  facts.fences_folders = false;
  EXPECT_EQ(found(facts, "kernel").verdict, Verdict::Skipped);
  facts.filters_calls = false;
  expect(facts, "kernel", Verdict::Warning, "CONFIG_SECCOMP_FILTER");
}

TEST(Doctor, SaysWhatIsWrongWithTheConfigurationInItsOwnWords) {
  DoctorFacts facts = healthy();
  facts.config = fail(ErrorKind::Malformed, "config.toml:3: unknown key");
  expect(facts, "configuration", Verdict::Problem, "correct the file");
  EXPECT_EQ(found(facts, "configuration").says, "config.toml:3: unknown key");
}

TEST(Doctor, WithoutTheDaemonWhatItKnowsIsSkipped) {
  DoctorFacts facts = healthy();
  facts.status = fail(ErrorKind::Unreachable, "Latchkey is not running");
  facts.pac = fail(ErrorKind::Unreachable, "nothing listens on 127.0.0.1:6091");
  expect(facts, "daemon", Verdict::Problem, "latchkey.service");
  for (const char* check : {"token", "pin-tries", "keys", "certificates", "pac", "demo"})
    EXPECT_EQ(found(facts, check).verdict, Verdict::Skipped) << check;
  EXPECT_EQ(found(facts, "readers").verdict, Verdict::Ok);
}

TEST(Doctor, AListenerOfAnotherUserIsAProblem) {
  DoctorFacts facts = healthy();
  facts.pac->owner = 0;
  expect(facts, "port", Verdict::Problem, "listen.address of your own");
}

TEST(Doctor, AnotherProgramOnThePortIsAProblem) {
  DoctorFacts facts = healthy();
  facts.status = fail(ErrorKind::Unreachable, "Latchkey is not running");
  expect(facts, "port", Verdict::Problem, "ss -ltnp");
  facts.pac = fail(ErrorKind::Malformed, "what answers there speaks no HTTP");
  expect(facts, "port", Verdict::Problem, "ss -ltnp");
}

TEST(Doctor, TellsAPcscdThatIsMissingFromOneThatDoesNotRun) {
  DoctorFacts facts = healthy();
  facts.readers = {};
  expect(facts, "pcscd", Verdict::Problem, "pcscd.socket");
  facts.pcscd_installed = false;
  expect(facts, "pcscd", Verdict::Problem, "apt install pcscd");
}

TEST(Doctor, NoTokenOnTheUsbIsAWarning) {
  DoctorFacts facts = healthy();
  facts.usb = std::vector<udev::UsbToken>();
  expect(facts, "udev", Verdict::Warning, "plug it in");
}

TEST(Doctor, AReaderWithoutACardIsAProblem) {
  DoctorFacts facts = healthy();
  facts.readers.readers.front().has_card = false;
  expect(facts, "readers", Verdict::Problem, "put the card into the reader");
}

TEST(Doctor, AReaderThatPcscdDoesNotSeeIsAProblemAndItsHolderIsNamed) {
  DoctorFacts facts = healthy();
  facts.readers.readers.clear();
  expect(facts, "readers", Verdict::Problem, "libccid");
  expect(facts, "readers", Verdict::Problem, "sudo systemctl restart pcscd");
  facts.usb_holders = {{.pid = 4711, .owner = 1000, .name = "scdaemon"}};
  expect(facts, "readers", Verdict::Problem, "gpgconf --kill scdaemon");
  EXPECT_TRUE(found(facts, "readers").says.contains("process 4711"));
}

TEST(Doctor, AHeldCardIsAProblemAndItsHolderIsNamed) {
  DoctorFacts facts = healthy();
  facts.readers.readers.front().held = true;
  facts.readers.readers.front().holders = {{.pid = 4711, .owner = 1000, .name = "scdaemon"}};
  expect(facts, "readers", Verdict::Problem, "gpgconf --kill scdaemon");
  EXPECT_TRUE(found(facts, "readers").says.contains("scdaemon (GnuPG), process 4711"));
}

TEST(Doctor, AScdaemonThatWillNotShareIsAWarning) {
  DoctorFacts facts = healthy();
  facts.scdaemon_conf = "disable-ccid\n";
  expect(facts, "gnupg", Verdict::Warning, "pcsc-shared");
  EXPECT_FALSE(found(facts, "gnupg").says.contains("disable-ccid"));
  facts.gnupg_in_use = false;
  EXPECT_EQ(found(facts, "gnupg").verdict, Verdict::Skipped);
}

TEST(Doctor, EachStateOfTheTokenHasItsAdvice) {
  struct Case {
    const char* state;
    Verdict verdict;
    const char* to_do;
  };
  for (const Case& each :
       {Case{"absent", Verdict::Problem, "insert"}, Case{"locked", Verdict::Warning, "latchkey unlock"},
        Case{"waits-for-pin", Verdict::Warning, "latchkey unlock"}, Case{"opening", Verdict::Warning, "wait"},
        Case{"broken", Verdict::Problem, "pull it out"}}) {
    DoctorFacts facts = healthy();
    (*facts.status)["token"]["state"] = each.state;
    (*facts.status)["armed"] = false;
    expect(facts, "token", each.verdict, each.to_do);
    EXPECT_EQ(found(facts, "demo").verdict, Verdict::Skipped);
  }
}

TEST(Doctor, FewPinTriesAreAWarningAndNoneAProblem) {
  DoctorFacts facts = healthy();
  (*facts.status)["token"]["pin_tries"] = "few";
  expect(facts, "pin-tries", Verdict::Warning, "with care");
  (*facts.status)["token"]["pin_tries"] = "one";
  expect(facts, "pin-tries", Verdict::Warning, "--final-try");
  (*facts.status)["token"]["pin_tries"] = "none";
  expect(facts, "pin-tries", Verdict::Problem, "unblock");
}

TEST(Doctor, AGoodOpenPgpCertificateIsNamed) {
  EXPECT_TRUE(found(healthy(), "openpgp").says.contains("Alice <alice@example.org>"));
}

TEST(Doctor, AGnupgThatIsMissingOrTooOldIsAWarning) {
  DoctorFacts facts = healthy();
  facts.gnupg_version = fail(ErrorKind::NotFound, "GnuPG is not installed");
  expect(facts, "openpgp", Verdict::Warning, "apt install gnupg");
  facts.gnupg_version = "2.1.99";
  expect(facts, "openpgp", Verdict::Warning, "newer");
}

TEST(Doctor, AKeyWithoutAnOpenPgpCertificateIsToldAndNeedsAnother) {
  DoctorFacts facts = healthy();
  facts.openpgp.insert_or_assign(kFingerprint, std::vector<OpenPgpState>());
  EXPECT_EQ(found(facts, "openpgp").verdict, Verdict::Skipped);
  EXPECT_TRUE(found(facts, "openpgp").says.contains("gpg --import"));
  (*facts.status)["tokens"][0]["keys"][0]["certificate_until"] = nullptr;
  expect(facts, "certificates", Verdict::Problem, "token enroll");
}

TEST(Doctor, AKeyWithAGoodOpenPgpCertificateNeedsNoOther) {
  DoctorFacts facts = healthy();
  (*facts.status)["tokens"][0]["keys"][0]["certificate_until"] = nullptr;
  EXPECT_EQ(found(facts, "certificates").verdict, Verdict::Skipped);
}

TEST(Doctor, AnOpenPgpCertificateThatIsRevokedExpiredOrUnboundIsAProblem) {
  DoctorFacts facts = healthy();
  OpenPgpState& state = facts.openpgp.at(kFingerprint)->front();
  state.good = false;
  expect(facts, "openpgp", Verdict::Problem, "gpg --check-sigs");
  state.expired = true;
  state.expires = facts.now - std::chrono::days(1);
  expect(facts, "openpgp", Verdict::Problem, "gpg --quick-set-expire");
  EXPECT_TRUE(found(facts, "openpgp").says.contains("expired on 2029-12-31"));
  state.revoked = true;
  expect(facts, "openpgp", Verdict::Problem, "another certificate");
}

TEST(Doctor, AnOpenPgpCertificateThatExpiresWithin30DaysIsAWarning) {
  DoctorFacts facts = healthy();
  facts.openpgp.at(kFingerprint)->front().expires = facts.now + std::chrono::days(29);
  expect(facts, "openpgp", Verdict::Warning, "gpg --quick-set-expire");
  facts.openpgp.at(kFingerprint)->front().expires = facts.now + std::chrono::days(31);
  EXPECT_EQ(found(facts, "openpgp").verdict, Verdict::Ok);
}

TEST(Doctor, AKeyringThatCannotBeAskedIsAProblem) {
  DoctorFacts facts = healthy();
  facts.openpgp.insert_or_assign(kFingerprint, fail(ErrorKind::TimedOut, "gpg did not come to its end"));
  expect(facts, "openpgp", Verdict::Problem, "gpg --list-keys");
}

TEST(Doctor, APartyWithoutItsKeyIsAProblem) {
  DoctorFacts facts = healthy();
  (*facts.status)["parties"][0]["key"] = nullptr;
  (*facts.status)["parties"][0]["key_problem"] = "the token has no key 1234";
  expect(facts, "keys", Verdict::Problem, "insert the token");
  EXPECT_TRUE(found(facts, "keys").says.contains("party.test"));
  (*facts.status)["parties"][0]["identity"] = "none";
  EXPECT_EQ(found(facts, "keys").verdict, Verdict::Ok);
}

TEST(Doctor, ACertificateThatIsMissingOrExpiresWithin30DaysIsFound) {
  DoctorFacts facts = healthy();
  facts.openpgp.clear();  // an OpenPGP certificate would do
  auto& until = (*facts.status)["tokens"][0]["keys"][0]["certificate_until"];
  until = nullptr;
  expect(facts, "certificates", Verdict::Problem, "latchkey token enroll");
  until = "2030-01-30T23:59:59Z";
  expect(facts, "certificates", Verdict::Warning, "latchkey token enroll");
  until = "2030-01-31T00:00:00Z";
  EXPECT_EQ(found(facts, "certificates").verdict, Verdict::Ok);
}

TEST(Doctor, APacFileOfAnotherTypeOrWithoutAPartyIsFound) {
  DoctorFacts facts = healthy();
  facts.pac->content_type = "text/html";
  expect(facts, "pac", Verdict::Problem, "ss -ltnp");
  facts = healthy();
  facts.pac->body = "nothing";
  expect(facts, "pac", Verdict::Warning, "latchkey reload");
}

TEST(Doctor, ADemoPartyThatDoesNotAnswerIsAProblem) {
  DoctorFacts facts = healthy();
  facts.demo->status = 503;
  expect(facts, "demo", Verdict::Problem, "latchkey status");
  facts.demo = fail(ErrorKind::TimedOut, "the answer did not end within 20 s");
  expect(facts, "demo", Verdict::Problem, "latchkey status");
}

TEST(Doctor, TextHasProblemsLastAndJsonHasTheOrderOfTheChecks) {
  DoctorFacts facts = healthy();
  facts.config = fail(ErrorKind::Malformed, "config.toml:3: unknown key");
  const std::string text = diagnoses_as_text(diagnose(facts));
  EXPECT_GT(text.find("problem  configuration"), text.find("ok       demo"));
  EXPECT_TRUE(text.contains("-> correct the file"));
  const json report = diagnoses_as_json(diagnose(facts));
  EXPECT_FALSE(report["well"].get<bool>());
  EXPECT_EQ(report["checks"][0]["check"], "configuration");
  EXPECT_EQ(report["checks"][0]["verdict"], "problem");
}

TEST(Doctor, ChecksThatSayTheSameShareALineOfTheText) {
  const std::vector<Diagnosis> found = {
      {.check = "readers", .verdict = Verdict::Skipped, .says = "no smart card"},
      {.check = "clock", .verdict = Verdict::Skipped, .says = "no smart card", .to_do = "look"},
      {.check = "gnupg", .verdict = Verdict::Skipped, .says = "no smart card"}};
  const std::string text = diagnoses_as_text(found);
  EXPECT_TRUE(text.contains("skipped  readers, gnupg no smart card\n")) << text;
  EXPECT_TRUE(text.contains("skipped  clock          no smart card\n")) << text;
  EXPECT_EQ(diagnoses_as_json(found)["checks"].size(), 3U);
}

TEST(Doctor, TheServiceIsWhatStartsTheDaemonWhereThereIsOne) {
  DoctorFacts facts = healthy();
  facts.status = fail(ErrorKind::Unreachable, "Latchkey is not running");
  expect(facts, "daemon", Verdict::Problem, "systemctl --user start latchkey.service");
  facts.units.user->clear();
  expect(facts, "daemon", Verdict::Problem, "latchkey run");
}

TEST(PortAnswer, ReadsStatusTypeAndBody) {
  const auto answer = parse_port_answer("HTTP/1.1 200 OK\r\nX: y\r\ncontent-Type:  text/plain\r\n\r\nbody");
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(answer->status, 200);
  EXPECT_EQ(answer->content_type, "text/plain");
  EXPECT_EQ(answer->body, "body");
}

TEST(PortAnswer, RefusesWhatIsNoHttp) {
  for (const char* text :
       {"", "SSH-2.0-x\r\n\r\n", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 2x0 OK\r\n\r\n", "HTTP/1.1\r\n\r\n"})
    EXPECT_FALSE(parse_port_answer(text).has_value()) << text;
}

}  // namespace
}  // namespace proxy
