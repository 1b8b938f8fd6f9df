// Folders, a lock, a configuration file, a rename; the rest is the signer's.
#include "tlscore/token/soft_token.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "tlscore/base/socket.h"
#include "tlscore/base/unique_fd.h"

namespace tlscore::token {
namespace {

namespace fs = std::filesystem;

/// Nobody else makes the token while this is held. Does not wait: the loop must not.
Result<UniqueFd> lock(const std::string& path) {
  UniqueFd file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return fail(ErrorKind::Internal, path + " cannot be made: " + describe_errno(errno));
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    return fail(ErrorKind::Refused, "another Latchkey is making the software token; try again in a moment");
  }
  return file;
}

Result<void> make_private_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0) {
    return fail(ErrorKind::Internal, path + " cannot be made: " + describe_errno(errno));
  }
  return {};
}

/// The tokens' folder stands in the file as an absolute path, so it is written again when the token has
/// moved.
Result<void> write_configuration(const SoftToken& token, const std::string& tokens_folder) {
  const std::string path = token.configuration_file();
  const std::string wanted =
      "directories.tokendir = " + tokens_folder + "\nobjectstore.backend = file\nlog.level = ERROR\n";
  std::ifstream there(path);
  if (std::string(std::istreambuf_iterator<char>(there), {}) == wanted) return {};
  const std::string draft = path + ".new";
  std::ofstream file(draft, std::ios::trunc);
  file << wanted;
  file.close();
  std::error_code error;
  if (file) fs::rename(draft, path, error);
  if (!file || error) return fail(ErrorKind::Internal, path + " cannot be written");
  return {};
}

Result<void> prepare(const SoftToken& draft) {
  std::error_code error;
  fs::remove_all(draft.folder, error);
  TRY(make_private_folder(draft.folder));
  TRY(make_private_folder(draft.folder + "/tokens"));
  return write_configuration(draft, draft.folder + "/tokens");
}

Result<void> put_in_place(const SoftToken& draft, const SoftToken& token) {
  TRY(write_configuration(draft, token.folder + "/tokens"));
  std::error_code error;
  fs::rename(draft.folder, token.folder, error);
  if (error) return fail(ErrorKind::Internal, token.folder + " cannot be made: " + error.message());
  return {};
}

bool is_there(const SoftToken& token) {
  std::error_code error;
  return fs::exists(token.configuration_file(), error);
}

Result<SoftToken> keep(SoftToken token) {
  TRY(write_configuration(token, token.folder + "/tokens"));
  return token;
}

Task<Result<void>> fill(EventLoop& loop, SoftToken draft, SoftTokenOptions options, Cancel& cancel) {
  draft.select_in(options.signer);
  auto signer = SignerClient::start(loop, options.signer);
  if (!signer) co_return fail(signer.error());
  MakeSoftToken request{.module = options.signer.module,
                        .pin_file = draft.pin_file(),
                        .label = std::move(options.label),
                        .keys = std::move(options.keys)};
  co_return co_await (*signer)->make_soft_token(std::move(request), cancel);
}

}  // namespace

SoftToken soft_token_in(const std::string& state_folder) {
  return {state_folder + "/soft-token"};
}

void SoftToken::select_in(SignerOptions& options) const {
  options.module = "soft";
  options.token.clear();
  options.environment.push_back("SOFTHSM2_CONF=" + configuration_file());
}

LoginOptions SoftToken::login_options() const {
  LoginOptions options;
  options.source = PinSource::File;
  options.pin_file = pin_file();
  return options;
}

Task<Result<SoftToken>> make_soft_token(EventLoop& loop, SoftTokenOptions options, Cancel& cancel) {
  const SoftToken token = soft_token_in(options.state_folder);
  const SoftToken draft{options.state_folder + "/soft-token.new"};
  if (is_there(token)) co_return keep(token);
  const auto locked = lock(options.state_folder + "/soft-token.lock");
  if (!locked) co_return fail(locked.error());
  if (is_there(token)) co_return keep(token);  // made since we looked
  const auto prepared = prepare(draft);
  if (!prepared) co_return fail(prepared.error());
  auto filled = co_await fill(loop, draft, std::move(options), cancel);
  if (!filled) co_return fail("the software token cannot be made", filled.error());
  const auto placed = put_in_place(draft, token);
  if (!placed) co_return fail(placed.error());
  co_return token;
}

}  // namespace tlscore::token
