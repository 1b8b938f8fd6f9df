// What the doctor makes of what is left over.
#include "proxy/doctor_old_files.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

using namespace tlscore;

DoctorFacts clean() {
  DoctorFacts facts;
  facts.old_files = OldFiles();
  facts.browsers = std::vector<BrowserStore>{{.browser = "Chromium"}, {.browser = "Firefox (profile a)"}};
  return facts;
}

void expect(const DoctorFacts& facts, Verdict verdict, std::string_view says, std::string_view to_do) {
  const Diagnosis found = check_old_files(facts);
  EXPECT_EQ(found.verdict, verdict) << found.says;
  EXPECT_TRUE(found.says.contains(says)) << found.says;
  EXPECT_TRUE(found.to_do.contains(to_do)) << found.to_do;
}

TEST(DoctorOldFiles, NothingLeftOverIsWell) {
  expect(clean(), Verdict::Ok, "nothing", "");
  EXPECT_TRUE(check_old_files(clean()).to_do.empty());
}

TEST(DoctorOldFiles, ABrowserThatTrustsTheCaOfAPartyThatIsGoneIsAWarning) {
  DoctorFacts facts = clean();
  facts.browsers->front().old = {"Latchkey CA for gone.example [01234567]"};
  expect(facts, Verdict::Warning, "Chromium still trusts", "latchkey ca install");
  EXPECT_FALSE(check_old_files(facts).says.contains("Firefox"));
  EXPECT_TRUE(check_old_files(facts).says.contains("gone.example"));
}

TEST(DoctorOldFiles, ASecondDaemonIsAWarningWithItsProcess) {
  DoctorFacts facts = clean();
  facts.old_files->other_daemon = "/run/user/1000/latchkey/control.sock";
  facts.old_files->other_process = 4711;
  expect(facts, Verdict::Warning, "/run/user/1000/latchkey/control.sock", "kill 4711");
}

TEST(DoctorOldFiles, HalfWrittenFilesAreAWarningWithTheirNames) {
  DoctorFacts facts = clean();
  facts.old_files->half_written = {"/s/a.pem.abcdef", "/s/b.pem.abcdef"};
  expect(facts, Verdict::Warning, "half-written", "rm -r /s/a.pem.abcdef /s/b.pem.abcdef`");
  facts.old_files->half_written.resize(5, "/s/c");
  expect(facts, Verdict::Warning, "half-written", "and 2 more");
}

TEST(DoctorOldFiles, WhatOnlyTakesRoomIsTold) {
  DoctorFacts facts = clean();
  facts.old_files->local_cas = {"/s/ca/0123456789abcdef.key"};
  expect(facts, Verdict::Skipped, "/s/ca", "latchkey ca install");
  facts = clean();
  facts.old_files->dead_socket = "/r/control.sock";
  expect(facts, Verdict::Skipped, "before it could clean up", "journalctl");
  facts = clean();
  facts.old_files->software_token = "/s/soft-token";
  expect(facts, Verdict::Skipped, "software token", "rm -r /s/soft-token");
}

TEST(DoctorOldFiles, TheWorstIsTheVerdictAndTheSameAdviceIsGivenOnce) {
  DoctorFacts facts = clean();
  facts.browsers->front().old = {"Latchkey CA for gone.example [01234567]"};
  facts.old_files->local_cas = {"/s/ca/0123456789abcdef.key"};
  facts.old_files->software_token = "/s/soft-token";
  const Diagnosis found = check_old_files(facts);
  EXPECT_EQ(found.verdict, Verdict::Warning);
  EXPECT_TRUE(found.says.contains("still trusts") && found.says.contains("software token")) << found.says;
}

TEST(DoctorOldFiles, FoldersThatCannotBeLookedAtAreSkipped) {
  DoctorFacts facts = clean();
  facts.old_files = fail(ErrorKind::NotFound, "there is no home folder");
  expect(facts, Verdict::Skipped, "no home folder", "");
}

}  // namespace
}  // namespace proxy
