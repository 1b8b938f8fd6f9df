// For tests that need a token: a real SoftHSM2 token in a temporary folder, and the real signer process,
// which is this very program (see main.cc).
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "tests/unit/temp_folder.h"
#include "tlscore/base/task.h"
#include "tlscore/token/key_selection.h"
#include "tlscore/token/soft_token.h"

namespace tlscore::token {

template <class T>
Task<void> keep_outcome(Task<T> task, std::optional<T>& into) {
  into.emplace(co_await std::move(task));
}

/// Runs `task` on `loop` to its end.
template <class T>
T run_to_end(EventLoop& loop, Task<T> task) {
  std::optional<T> outcome;
  spawn(loop, keep_outcome(std::move(task), outcome));
  while (!outcome) event_base_loop(loop.base(), EVLOOP_ONCE);
  return std::move(*outcome);
}

/// One token for a whole test suite, since making it takes a while: keys 01 P-256, 02 P-384, 03 RSA-2048.
/// Each test starts its own signers.
class SoftTokenTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    s_made.emplace();
    s_folder = s_made->path();
    const auto loop = *EventLoop::create();
    Cancel cancel;
    SoftTokenOptions options{.state_folder = s_folder,
                             .label = "Example token",
                             .keys = {NewKey::P256, NewKey::P384, NewKey::Rsa2048},
                             .signer = {}};
    auto made = run_to_end(*loop, make_soft_token(*loop, options, cancel));
    ASSERT_TRUE(made.has_value()) << made.error().message;
    s_token = *made;
  }
  static void TearDownTestSuite() { s_made.reset(); }

  /// The module that misbehaves as `misdeeds` say (tests/modules/misbehaving.cc), or SoftHSM2 itself if
  /// empty.
  [[nodiscard]] SignerOptions options(const std::string& misdeeds = "") const {
    SignerOptions options;
    s_token.select_in(options);
    if (misdeeds.empty()) return options;
    options.module = std::filesystem::absolute("build/modules/misbehaving.so");
    write(misdeeds_file, misdeeds);
    options.environment.push_back("LATCHKEY_TEST_MODULE_FILE=" + misdeeds_file);
    options.environment.push_back("LATCHKEY_TEST_MODULE_LOG=" + calls_file);
    options.environment.push_back("LATCHKEY_TEST_MODULE_PIN_FILE=" + s_token.pin_file());
    return options;
  }

  /// A signer with the token open; logged in too, unless `login` says no.
  [[nodiscard]] std::unique_ptr<SignerClient> start(SignerOptions options, bool login = true) {
    auto client = SignerClient::start(*loop, std::move(options));
    EXPECT_TRUE(client.has_value()) << client.error().message;
    const auto opened = wait((*client)->open(cancel));
    EXPECT_TRUE(opened.has_value()) << opened.error().message;
    if (!login) return std::move(*client);
    const auto logged_in = wait((*client)->login(s_token.login_options(), cancel));
    EXPECT_TRUE(logged_in.has_value()) << logged_in.error().message;
    return std::move(*client);
  }

  template <class T>
  T wait(Task<T> task) {
    return run_to_end(*loop, std::move(task));
  }

  /// Runs the loop until every spawned task has ended.
  void finish() {
    while (loop->tasks() > 0) event_base_loop(loop->base(), EVLOOP_ONCE);
  }

  /// The key with this id (01 P-256, 02 P-384, 03 RSA-2048).
  [[nodiscard]] KeyInfo key(SignerClient& client, std::uint8_t id) {
    auto keys = wait(client.list_keys(cancel));
    EXPECT_TRUE(keys.has_value()) << keys.error().message;
    for (const KeyInfo& key : *keys) {
      if (key.id == Bytes{id}) return key;
    }
    ADD_FAILURE() << "the token has no key " << int{id};
    return keys->front();
  }

  static void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }
  [[nodiscard]] static std::string read(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// How often the module was called so since the test began.
  [[nodiscard]] std::size_t calls(std::string_view name) const {
    const std::string log = read(calls_file);
    std::size_t count = 0;
    for (std::size_t at = log.find(name); at != std::string::npos; at = log.find(name, at + 1)) ++count;
    return count;
  }

  void SetUp() override { std::filesystem::remove(calls_file); }

  static inline std::optional<tests::TempFolder> s_made;
  static inline std::string s_folder;
  static inline SoftToken s_token;
  std::string misdeeds_file = s_folder + "/misdeeds";
  std::string calls_file = s_folder + "/calls";
  std::unique_ptr<EventLoop> loop = *EventLoop::create();
  Cancel cancel;
};

/// A request for a signature over a digest of that hash's length.
[[nodiscard]] inline x509::SignatureRequest request_for(x509::SignatureScheme scheme,
                                                        x509::Hash hash = x509::Hash::Sha256) {
  return {scheme, hash, Bytes(x509::hash_bytes(hash), 0x5a)};
}

}  // namespace tlscore::token
