// Whether a name is in a subtree of name constraints (RFC 5280, section 4.2.1.10), for each form of names.
//
// What is excluded is read widely and what is permitted narrowly, wherever the RFC leaves a choice.
#pragma once

#include <optional>
#include <string>

#include "tlscore/x509/general_name.h"

namespace tlscore::x509 {

/// A name, made ready to be compared with many subtrees. A base is an entry of NameConstraints; one of
/// another form never matches.
///
///   DNS        the base and all below it; with a leading dot, below it only. An excluded base covers itself
///              too, and a wildcard that stands for any name in it.
///   IP         equal under the mask
///   mail       the mailbox "a@b"; all at the host "b"; with a leading dot, all at hosts below it. An
///   excluded
///              mailbox is compared without regard to case.
///   URI        its host, as for mail without mailboxes
///   directory  the base's relative names, then any others
class ComparedName {
 public:
  /// Nothing where comparing would prove nothing: other forms; mail addresses with quotes or beyond ASCII; a
  /// URI without host or whose host is an address; directory names with an attribute that is no text.
  static std::optional<ComparedName> create(const GeneralName& name);

  [[nodiscard]] bool is_permitted_by(const GeneralName& base) const;
  [[nodiscard]] bool is_excluded_by(const GeneralName& base) const;

 private:
  ComparedName(NameForm form, std::string text) : m_form(form), m_text(std::move(text)) {}

  NameForm m_form;
  std::string m_text;  ///< Mail: as it is; a URI's host; a directory name's comparison_key; else the octets.
};

}  // namespace tlscore::x509
