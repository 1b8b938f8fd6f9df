// What the doctor makes of systemd's units.
#include "proxy/doctor_units.h"

#include <gtest/gtest.h>

namespace proxy {
namespace {

using namespace tlscore;

udev::UnitState unit(const std::string& name, const std::string& active, const std::string& sub = "") {
  return {.name = name, .load = "loaded", .active = active, .sub = sub};
}

/// The package, configured; the daemon runs as it should.
DoctorFacts with_units() {
  DoctorFacts facts;
  facts.config = built_in_config();
  facts.config->source = "config.toml";
  facts.status = nlohmann::json::object();
  facts.units = {.user = std::vector{unit("latchkey.service", "active"), unit("latchkey.socket", "active")},
                 .system = std::vector{unit("latchkey-port.socket", "active"),
                                       unit("latchkey-dispatch.socket", "active"),
                                       unit("latchkey-dispatch.service", "inactive")},
                 .has_udev_rules = true};
  return facts;
}

void expect(const DoctorFacts& facts, Verdict verdict, std::string_view says, std::string_view to_do = "") {
  const Diagnosis found = check_units(facts);
  EXPECT_EQ(found.verdict, verdict) << found.says;
  EXPECT_TRUE(found.says.contains(says)) << found.says;
  EXPECT_TRUE(found.to_do.contains(to_do)) << found.to_do;
}

TEST(DoctorUnits, AServiceThatRunsIsWell) {
  expect(with_units(), Verdict::Ok, "latchkey.service runs");
  EXPECT_TRUE(check_units(with_units()).to_do.empty());
}

TEST(DoctorUnits, ASocketThatWaitsIsWellToo) {
  DoctorFacts facts = with_units();
  facts.units.user->front().active = "inactive";
  facts.status = fail(ErrorKind::Unreachable, "Latchkey is not running");
  expect(facts, Verdict::Ok, "first connection");
}

TEST(DoctorUnits, ADaemonThatWasStartedByHandIsWell) {
  DoctorFacts facts = with_units();
  for (auto& each : *facts.units.user) each.active = "inactive";
  expect(facts, Verdict::Ok, "by hand");
}

TEST(DoctorUnits, WhatHasFailedIsAProblemWithItsLog) {
  DoctorFacts facts = with_units();
  facts.units.user->front().active = "failed";
  expect(facts, Verdict::Problem, "latchkey.service has failed", "journalctl --user -u latchkey.service");
  facts = with_units();
  facts.units.system->back().active = "failed";
  expect(facts, Verdict::Problem, "latchkey-dispatch.service has failed",
         "journalctl -u latchkey-dispatch.service`, then run `sudo systemctl restart");
}

TEST(DoctorUnits, AServiceThatIsStartedAgainAndAgainIsAProblem) {
  DoctorFacts facts = with_units();
  facts.units.user->front() = unit("latchkey.service", "activating", "auto-restart");
  expect(facts, Verdict::Problem, "again and again", "journalctl --user");
}

TEST(DoctorUnits, AUnitThatCannotBeReadIsAProblem) {
  DoctorFacts facts = with_units();
  facts.units.user->back().load = "bad-setting";
  expect(facts, Verdict::Problem, "latchkey.socket cannot be read",
         "systemctl --user status latchkey.socket");
}

TEST(DoctorUnits, NobodyWhoStartsItIsAWarning) {
  DoctorFacts facts = with_units();
  for (auto& each : *facts.units.user) each.active = "inactive";
  facts.status = fail(ErrorKind::Unreachable, "Latchkey is not running");
  expect(facts, Verdict::Warning, "not started", "systemctl --user enable --now");
}

TEST(DoctorUnits, APortThatTheSystemDoesNotHoldIsAWarning) {
  DoctorFacts facts = with_units();
  facts.units.system->front().active = "inactive";
  expect(facts, Verdict::Warning, "the port", "latchkey-port.socket");
  facts.units.system->front().load = "masked";
  expect(facts, Verdict::Ok, "runs");
  facts.units.system->front().load = "not-found";
  expect(facts, Verdict::Ok, "runs");
  facts.units.system = fail(ErrorKind::NotFound, "there is no system bus");
  expect(facts, Verdict::Ok, "runs");
}

TEST(DoctorUnits, MissingRulesOfUdevAreAWarning) {
  DoctorFacts facts = with_units();
  facts.units.has_udev_rules = false;
  expect(facts, Verdict::Warning, "rules", "70-latchkey.rules");
}

TEST(DoctorUnits, WithoutAConfigurationFileTheUnitsWait) {
  DoctorFacts facts = with_units();
  facts.config = built_in_config();
  expect(facts, Verdict::Skipped, "configuration file", "latchkey init");
}

TEST(DoctorUnits, WithoutSystemdOrTheUnitsNothingIsWrong) {
  DoctorFacts facts = with_units();
  facts.units.user->front().load = "masked";
  expect(facts, Verdict::Skipped, "masked");
  facts.units.user->front().load = "not-found";
  expect(facts, Verdict::Skipped, "not installed");
  facts.units.user = fail(ErrorKind::NotFound, "there is no session bus");
  expect(facts, Verdict::Skipped, "no service manager");
}

}  // namespace
}  // namespace proxy
