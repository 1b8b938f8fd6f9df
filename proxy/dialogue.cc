// One line each way.
#include "proxy/dialogue.h"

#include <charconv>

namespace proxy {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

}  // namespace

std::optional<std::string> Dialogue::read_line() {
  std::string line;
  for (int c = m_in.get(); c != std::istream::traits_type::eof(); c = m_in.get()) {
    if (c == '\n') return std::string(trimmed(line));
    if (line.size() == kMaxAnswerBytes) return std::nullopt;
    line += static_cast<char>(c);
  }
  if (line.empty()) return std::nullopt;
  return std::string(trimmed(line));
}

std::optional<std::string> Dialogue::ask(std::string_view question, std::string_view usual) {
  m_out << question;
  if (!usual.empty()) m_out << " [" << usual << "]";
  m_out << ": " << std::flush;
  auto answer = read_line();
  if (answer && answer->empty()) answer = usual;
  return answer;
}

std::optional<bool> Dialogue::confirm(std::string_view question) {
  for (int i = 0; i < kTries; ++i) {
    const auto answer = ask(question, "y/N");
    if (!answer) return std::nullopt;
    if (*answer == "y" || *answer == "yes" || *answer == "Y") return true;
    if (*answer == "n" || *answer == "no" || *answer == "N" || *answer == "y/N") return false;
  }
  return std::nullopt;
}

std::optional<std::size_t> Dialogue::choose(std::string_view question,
                                            const std::vector<std::string>& options, std::size_t usual) {
  m_out << question << '\n';
  for (std::size_t i = 0; i < options.size(); ++i) m_out << "  " << i + 1 << "  " << options[i] << '\n';
  for (int i = 0; i < kTries; ++i) {
    const auto answer = ask("Which one", std::to_string(usual + 1));
    if (!answer) return std::nullopt;
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(answer->data(), answer->data() + answer->size(), number);
    if (error == std::errc() && end == answer->data() + answer->size() && number >= 1 &&
        number <= options.size()) {
      return number - 1;
    }
  }
  return std::nullopt;
}

void Dialogue::say(std::string_view text) {
  m_out << text << '\n' << std::flush;
}

}  // namespace proxy
