// Pieces of HTML that the status page is made of: tables, terms, ages, forms with one button.
//
// What is called `html` is taken as it is; what is called `text` is escaped here. All of it is understood by
// a screen reader, and stays so where the style turns a table into cards on a narrow screen.
#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace proxy {

/// A string of a report, escaped, and kept apart from the text around it, whatever direction it runs in.
[[nodiscard]] std::string foreign(const nlohmann::json& text);

/// The heading of the part with this id, which it names for a screen reader, and where reading goes on when
/// the button that had the focus has gone.
[[nodiscard]] std::string heading(std::string_view id, std::string_view title);

/// One row; `id` is the element's, and empty where rows have no identity.
struct HtmlRow {
  std::string id{};
  std::vector<std::string> html{};  ///< For each column. The first one heads the row.
};

/// `caption` is for those who do not see the heading above; titles and caption are ours.
[[nodiscard]] std::string html_table(std::string_view caption, const std::vector<std::string>& titles,
                                     const std::vector<HtmlRow>& rows);

/// A term of a `dl` and what belongs to it.
[[nodiscard]] std::string html_term(std::string_view name, const std::string& html);

/// "5 minutes ago", with the moment itself behind it. `rfc3339` as reports have it.
[[nodiscard]] std::string html_ago(const std::string& rfc3339, std::chrono::sys_seconds now);
/// The age alone: "5 minutes".
[[nodiscard]] std::string html_age(const std::string& rfc3339, std::chrono::sys_seconds now);

/// A form of one button that changes something.
struct HtmlAction {
  std::string path{};                                         ///< "/lock"
  std::string id{};                                           ///< Of the button; empty: none.
  std::string text{};                                         ///< On the button.
  std::string says{};                                         ///< What a screen reader says; empty: the text.
  std::vector<std::pair<std::string, std::string>> fields{};  ///< What goes with it.
};
[[nodiscard]] std::string html_action(const HtmlAction& action, const std::string& page_key);

}  // namespace proxy
