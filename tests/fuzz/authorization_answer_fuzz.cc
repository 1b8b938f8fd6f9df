// What an authorization hook answers: whatever it is, what is read of it keeps its bounds.
#include "tests/fuzz/require.h"
#include "tlscore/judge/authorization_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tlscore;
  using namespace tlscore::judge;
  const std::string_view text = as_text({data, size});
  if (const auto answer = parse_hook_answer(text)) {
    fuzz::require(size <= kMaxHookAnswerBytes);
    fuzz::require(answer->ttl.count() >= 0 && answer->ttl <= kMaxHookTtl);
    fuzz::require(!answer->reason.contains('\n') && answer->reason.size() < kMaxHookAnswerBytes);
  }
  // And who is asked about may be called anything: it stays one line.
  AuthorizationQuestion question{.service = std::string(text)};
  question.remote.user_ids = {std::string(text)};
  question.remote.subject = text;
  if (const auto line = write_hook_question(question)) fuzz::require(line->find('\n') + 1 == line->size());
  return 0;
}
