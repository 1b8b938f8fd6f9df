// export, install, uninstall.
#include "proxy/command_ca.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <functional>

#include "proxy/config.h"
#include "proxy/nss_databases.h"
#include "proxy/party_cas_for_command.h"
#include "proxy/paths.h"

namespace proxy {

using namespace tlscore;

namespace {

constexpr const char* kHelp =
    R"(usage: latchkey ca export [--party HOST] [--config FILE]
       latchkey ca install [--config FILE]
       latchkey ca uninstall

A browser that visits https:// addresses of a party sees certificates of a CA that exists on this machine only:
one for each party, good for its names and nothing else. Where their key is on a token (`ca.key`), export and
install want Latchkey to run and the token to be in, until each of them was made once.

export      prints the CAs' certificates in PEM form
install     tells Chromium, and Firefox in each of its profiles, to trust them for web sites; restart them after it.
            Those of parties that are gone are taken out, and forgotten
uninstall   takes them out again, and forgets the CAs

  --party HOST    only that of this party
  --config FILE   in place of your own

Exit status: 0 done, 1 failed, 2 usage or configuration.
)";

Result<std::string> ca_folder() {
  const std::string state_folder = TRY(make_state_folder(BaseFolders::of_this_process()));
  return local_ca_path(state_folder);
}

/// Those of all parties, or of the one that is asked for. Parties without a name that a CA may be for are
/// left out, and `err` says so.
Result<std::vector<PartyCa>> wanted_cas(const ParsedArguments& parsed, std::ostream& err) {
  const Config config = TRY(find_config(parsed.value("--config")));
  const std::string wanted = parsed.value("--party");
  const std::string state_folder = TRY(make_state_folder(BaseFolders::of_this_process()));
  auto found = TRY(party_cas_for_command(config, wanted, state_folder));
  for (const std::string& note : found.left_out) err << "latchkey ca: " << note << '\n';
  if (found.cas.empty())
    return fail(ErrorKind::NotFound,
                wanted.empty() ? "no party needs a local CA" : "no party is called " + wanted);
  return std::move(found.cas);
}

std::vector<NssDatabase> databases() {
  const BaseFolders folders = BaseFolders::of_this_process();
  return find_nss_databases(folders.home, folders.data_home);
}

Result<void> export_all(const ParsedArguments& parsed, std::ostream& out, std::ostream& err) {
  for (const PartyCa& one : TRY(wanted_cas(parsed, err))) out << one.certificate.pem();
  return {};
}

/// Takes those of ours out that `keep` does not name.
Result<std::size_t> remove_ours(const NssDatabase& database, const std::vector<std::string>& keep) {
  std::size_t removed = 0;
  for (const std::string& name : TRY(nss_nicknames(database))) {
    if (!name.starts_with(kLocalCaNickname) || std::ranges::find(keep, name) != keep.end()) continue;
    TRY(nss_remove(database, name));
    ++removed;
  }
  return removed;
}

/// Those that are not there yet: how many. Takes those of parties that are gone out.
Result<std::size_t> install_in(const NssDatabase& store, const std::vector<PartyCa>& cas) {
  const auto there = TRY(nss_nicknames(store));
  std::vector<std::string> names;
  std::size_t added = 0;
  for (const PartyCa& one : cas) {
    names.push_back(one.nickname);
    if (std::ranges::find(there, one.nickname) != there.end()) continue;
    TRY(nss_add(store, one.nickname, one.certificate));
    ++added;
  }
  TRY(remove_ours(store, names));
  return added;
}

/// One store that fails keeps nothing from the others. Fails with all that was wrong.
Result<void> with_each(const std::vector<NssDatabase>& stores,
                       const std::function<Result<void>(const NssDatabase&)>& change) {
  Result<void> all;
  for (const NssDatabase& store : stores) {
    auto done = change(store);
    if (done) continue;
    const std::string before = all ? "" : all.error().message + "; ";
    all = fail(done.error().kind, before + done.error().message);
  }
  return all;
}

/// Those of parties that are gone; and, once the key is on a token, those with keys in files. No browser
/// knows them any more.
Result<void> forget_others(const ParsedArguments& parsed) {
  const Config config = TRY(find_config(parsed.value("--config")));
  return LocalCaFolder(TRY(ca_folder()), config.ca.key).forget_others(wanted_local_cas(config));
}

Result<void> install(const ParsedArguments& parsed, std::ostream& out, std::ostream& err) {
  const auto cas = TRY(wanted_cas(parsed, err));
  const auto stores = databases();
  if (stores.empty()) {
    TRY(forget_others(parsed));
    return fail(ErrorKind::NotFound,
                "neither Chromium nor Firefox has been used here yet: start the browser once, or give other "
                "programs what latchkey ca export prints");
  }
  const auto fill = [&](const NssDatabase& store) -> Result<void> {
    const std::size_t added = TRY(install_in(store, cas));
    out << store.browser << ": " << added << " added, " << cas.size() - added << " were there\n";
    return {};
  };
  TRY(with_each(stores, fill));
  TRY(forget_others(parsed));
  out << "Restart a browser that runs.\n";
  return {};
}

Result<void> uninstall(std::ostream& out) {
  const auto empty = [&](const NssDatabase& store) -> Result<void> {
    const std::size_t removed = TRY(remove_ours(store, {}));
    out << store.browser << ": " << removed << " removed\n";
    return {};
  };
  TRY(with_each(databases(), empty));
  std::error_code error;
  const std::string folder = TRY(ca_folder());
  std::filesystem::remove_all(folder, error);
  if (error) return fail(ErrorKind::Internal, "the local CAs cannot be removed: " + error.message());
  return {};
}

}  // namespace

int run_ca(Arguments arguments, std::ostream& out, std::ostream& err) {
  constexpr auto kOptions = std::to_array<std::string_view>({"--party", "--config"});
  const auto parsed = parse_arguments(arguments, {}, kOptions);
  if (!parsed) return complain(err, "ca", parsed.error(), kUsage);
  if (parsed->has("--help")) return out << kHelp, kSuccess;
  const std::string action = parsed->rest.size() == 1 ? parsed->rest.front() : "";
  Result<void> done = fail(ErrorKind::Malformed, "one of export, install, uninstall (--help tells more)");
  if (!parsed->value("--party").empty() && action != "export") {
    done = fail(ErrorKind::Malformed, "--party goes with export: install and uninstall concern all parties");
  } else if (action == "export") {
    done = export_all(*parsed, out, err);
  } else if (action == "install") {
    done = install(*parsed, out, err);
  } else if (action == "uninstall") {
    done = uninstall(out);
  }
  if (done) return kSuccess;
  return complain(err, "ca", done.error(), done.error().kind == ErrorKind::Malformed ? kUsage : kFailure);
}

}  // namespace proxy
