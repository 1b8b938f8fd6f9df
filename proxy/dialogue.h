// Questions to a person on a terminal, and the answers.
#pragma once

#include <istream>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace proxy {

/// Both streams outlive it. Every answer is one line of at most kMaxAnswerBytes; nothing is returned once the
/// input has ended or a longer line came, and then whoever asks stops.
class Dialogue {
 public:
  static constexpr std::size_t kMaxAnswerBytes = 1024;
  /// How often an answer that is none is asked for again.
  static constexpr int kTries = 5;

  Dialogue(std::istream& in, std::ostream& out) : m_in(in), m_out(out) {}

  /// The answer without the space around it; `usual` where it is empty.
  std::optional<std::string> ask(std::string_view question, std::string_view usual = "");
  /// Yes or no; no where nothing is answered.
  std::optional<bool> confirm(std::string_view question);
  /// The number of one of `options`, from 0; `usual` where nothing is answered.
  std::optional<std::size_t> choose(std::string_view question, const std::vector<std::string>& options,
                                    std::size_t usual = 0);
  void say(std::string_view text);

 private:
  std::optional<std::string> read_line();

  std::istream& m_in;
  std::ostream& m_out;
};

}  // namespace proxy
