// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <boost/core/demangle.hpp>
#include <cstddef>
#include <exception>
#include <qcs/core/error.hpp>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

namespace qcs::testing {

/// What a check found wrong with a part; what() has the kind, the part's name and the findings, one a line.
class CheckError : public Error {
 public:
  static constexpr std::size_t kShown = 20;  ///< findings in what(); findings() has all

  CheckError(const std::string& kind, const std::string& name, std::vector<std::string> findings)
      : Error(text(kind, name, findings)), findings_(std::move(findings)) {}

  const std::vector<std::string>& findings() const { return findings_; }

 private:
  static std::string text(const std::string& kind, const std::string& name, const std::vector<std::string>& findings) {
    std::string all =
        fmt::format("{} `{}`: {} finding{}", kind, name, findings.size(), findings.size() == 1 ? "" : "s");
    for (std::size_t i = 0; i < std::min(findings.size(), kShown); ++i) all += "\n  " + findings[i];
    if (findings.size() > kShown) all += fmt::format("\n  and {} more", findings.size() - kShown);
    return all;
  }

  std::vector<std::string> findings_;
};

/// Collects what is wrong with one part, so that a report names everything at once.
class Findings {
 public:
  /// `kind`: "backbone"; `name`: how the part is called.
  Findings(std::string kind, std::string name) : kind_(std::move(kind)), name_(std::move(name)) {}

  /// Adds a sentence; one that stands there already counts once.
  void add(std::string sentence) {
    if (std::find(list_.begin(), list_.end(), sentence) == list_.end()) list_.push_back(std::move(sentence));
  }

  /// Adds the sentence unless `good`, and returns `good`.
  bool require(bool good, std::string sentence) {
    if (!good) add(std::move(sentence));
    return good;
  }

  /// Calls `body`; an exception becomes the finding "WHAT threw MESSAGE". Returns whether there was none.
  bool attempt(std::string_view what, auto&& body) {
    try {
      body();
      return true;
    } catch (const std::exception& error) {
      const std::string_view message = error.what();  // LibTorch appends a backtrace
      add(fmt::format("{} threw \"{}\"", what, message.substr(0, message.find('\n'))));
    } catch (...) {
      add(fmt::format("{} threw something that is no std::exception", what));
    }
    return false;
  }

  const std::vector<std::string>& list() const { return list_; }

  /// Throws CheckError if anything was found.
  void throw_if_any() const {
    if (!list_.empty()) throw CheckError(kind_, name_, list_);
  }

 private:
  std::string kind_, name_;
  std::vector<std::string> list_;
};

/// How a part is called: its kName or name(), where it has one, else its type.
template <class P>
std::string part_name() {
  if constexpr (requires { std::string_view(P::kName); })
    return std::string(std::string_view(P::kName));
  else if constexpr (requires { std::string(P::name()); })
    return P::name();
  else
    return boost::core::demangle(typeid(P).name());
}

/// Names stand in the lines of files, on command lines and in folder names: one word of printable characters.
template <class P>
void check_name(Findings& findings) {
  const auto name = part_name<P>();
  findings.require(!name.empty(), "its name is empty");
  if constexpr (
      requires { std::string_view(P::kName); } || requires { std::string(P::name()); })
    findings.require(
        std::none_of(name.begin(), name.end(),
                     [](unsigned char c) { return c <= ' ' || c == 0x7f || c == '/' || c == '=' || c == '\\'; }),
        fmt::format("its name `{}` has a space, a slash, `=` or a control character; names stand in files, on command "
                    "lines and in folder names",
                    name));
}

}  // namespace qcs::testing
