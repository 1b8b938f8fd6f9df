// The user's two units, then the system's, then the rules.
#include "proxy/doctor_units.h"

#include <array>
#include <optional>

#include "proxy/doctor_check.h"
#include "tlscore/base/log.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr const char* kService = "latchkey.service";
constexpr const char* kSocket = "latchkey.socket";
constexpr const char* kPort = "latchkey-port.socket";

bool is(const udev::UnitState* unit, std::string_view active) {
  return unit != nullptr && unit->active == active;
}

/// It failed, is started again and again, or its file cannot be read.
std::optional<Diagnosis> broken(const udev::UnitState* unit, bool is_users) {
  if (unit == nullptr) return std::nullopt;
  const std::string log = std::string("journalctl ") + (is_users ? "--user " : "") + "-u " + unit->name;
  const std::string restart =
      is_users ? "systemctl --user restart " + unit->name : "sudo systemctl restart " + unit->name;
  if (unit->load == "bad-setting" || unit->load == "error") {
    return result(
        Verdict::Problem, unit->name + " cannot be read",
        "see why with `systemctl " + std::string(is_users ? "--user " : "") + "status " + unit->name + "`");
  }
  if (unit->active == "failed")
    return result(Verdict::Problem, unit->name + " has failed",
                  "see why with `" + log + "`, then run `" + restart + "`");
  if (unit->sub == "auto-restart")
    return result(Verdict::Problem, unit->name + " ends and is started again and again",
                  "see why with `" + log + "`");
  return std::nullopt;
}

std::optional<Diagnosis> first_broken(const ServiceUnits& units) {
  for (const char* name : {kService, kSocket}) {
    if (auto found = broken(units.find(name), true)) return found;
  }
  for (const char* name : {kPort, "latchkey-dispatch.socket", "latchkey-dispatch.service"}) {
    if (auto found = broken(units.find(name), false)) return found;
  }
  return std::nullopt;
}

/// Something is there that could start it, and does not.
std::optional<Diagnosis> not_started(const DoctorFacts& facts) {
  const ServiceUnits& units = facts.units;
  const bool waits = is(units.find(kSocket), "active");
  if (!waits && !is(units.find(kService), "active") && !facts.status) {
    return result(Verdict::Warning, "the service of this user is installed, and not started",
                  "run `systemctl --user enable --now latchkey.socket latchkey.service`");
  }
  if (const auto* port = units.find(kPort);
      port != nullptr && port->load != "masked" && !is(port, "active")) {
    return result(Verdict::Warning,
                  "the system does not hold the port, so another user may take it before you log in",
                  "run `sudo systemctl enable --now latchkey-port.socket latchkey-dispatch.socket`");
  }
  if (!units.has_udev_rules) {
    return result(Verdict::Warning, "udev has no rules for it, so a token that comes in starts nothing",
                  "install them (70-latchkey.rules), then run `sudo udevadm control --reload`");
  }
  return std::nullopt;
}

}  // namespace

Diagnosis check_units(const DoctorFacts& facts) {
  const ServiceUnits& units = facts.units;
  if (!units.user)
    return result(Verdict::Skipped,
                  "no service manager of this user can be asked, so nothing but you starts Latchkey");
  if (auto found = first_broken(units)) return *std::move(found);
  const udev::UnitState* const service = units.find(kService);
  if (service == nullptr)
    return result(Verdict::Skipped, "Latchkey is not installed as a service, so nothing but you starts it");
  if (service->load == "masked")
    return result(Verdict::Skipped, "latchkey.service is masked, so nothing but you starts Latchkey");
  if (facts.config && facts.config->source == built_in_config().source)
    return result(Verdict::Skipped, "the service waits for a configuration file", "run `latchkey init`");
  if (auto found = not_started(facts)) return *std::move(found);
  if (is(service, "active")) return result(Verdict::Ok, "latchkey.service runs");
  if (facts.status)
    return result(Verdict::Ok, "latchkey.service is installed; the daemon was started by hand");
  return result(Verdict::Ok, "latchkey.socket is there, and starts the service with the first connection");
}

}  // namespace proxy
