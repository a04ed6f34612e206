// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <iostream>
#include <iterator>
#include <map>
#include <qcs/core/enum_names.hpp>
#include <qcs/core/value_range.hpp>
#include <qcs/program/given_number.hpp>
#include <qcs/program/option_file.hpp>
#include <qcs/program/process.hpp>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace qcs::program {

/// The options of a program, each bound to the variable that takes its value. Two of them are always there: --help, and
/// --config, a file of `option = value` lines for what the command line leaves open. In such a file `#` begins a
/// comment and blanks around a value are no part of it, unless the value is in double quotes, see option_line().
class OptionTable {
 public:
  explicit OptionTable(const std::string& title) : options_(title, 110) {
    options_.add_options()("help,h", "print this text");
    add("config", boost::program_options::value<std::string>()->value_name("PATH"),
        "file with `option = value` lines, for options not on the command line");
  }

  /// @param name as Boost writes it: "batch-size,b" is --batch-size and -b.
  void text(const char* name, std::string& target, const std::string& help) {
    add(name, boost::program_options::value<std::string>(&target)->value_name("TEXT"), help);
  }

  void path(const char* name, std::filesystem::path& target, const std::string& help) {
    const std::string_view both = name;
    paths_.emplace(both.substr(0, both.find(',')));
    const auto assign = [&target](const std::string& given) { target = given; };
    add(name, boost::program_options::value<std::string>()->value_name("PATH")->notifier(assign), help);
  }

  /// A path that is given without its name, in the order of these calls, and must be given.
  void positional(const char* name, std::filesystem::path& target, const std::string& help) {
    path(name, target, help);
    positions_.add(name, 1);
    required_.emplace_back(name);
  }

  /// All paths that are given without a name beyond those of positional(); at least one, unless `optional`.
  void positional_list(const char* name, std::vector<std::filesystem::path>& target, const std::string& help,
                       bool optional = false) {
    const auto assign = [&target](const std::vector<std::string>& given) { target.assign(given.begin(), given.end()); };
    add(name, boost::program_options::value<std::vector<std::string>>()->value_name("PATH")->notifier(assign), help);
    positions_.add(name, -1);
    if (!optional) required_.emplace_back(name);
  }

  void flag(const char* name, bool& target, const std::string& help) {
    add(name, boost::program_options::bool_switch(&target), help);
  }

  /// A value of an enumeration, by its name. An unknown one is a UsageError when it is assigned.
  template <NamedEnum E>
  void choice(const char* name, E& target, const std::string& help) {
    const std::string_view both = name;
    const auto assign = [&target, option = std::string(both.substr(0, both.find(',')))](const std::string& given) {
      const auto value = find_enum<E>(given);
      if (!value)
        throw UsageError(fmt::format("--{}: unknown {} `{}`, expected one of {}", option, EnumNames<E>::kWhat, given,
                                     fmt::join(EnumNames<E>::kNames, ", ")));
      target = *value;
    };
    add(name, boost::program_options::value<std::string>()->value_name("TEXT")->notifier(assign), help);
  }

  /// An unsigned Number refuses what starts with a minus sign as out of its range.
  template <class Number>
  void number(const char* name, auto& target, const ValueRange& range, const std::string& help) {
    const std::string_view both = name;
    const auto assign = [&target, range, option = std::string(both.substr(0, both.find(',')))](
                            const detail::GivenNumber<Number>& given) {
      if (!given.negative.empty() || !range.holds(static_cast<double>(given.value)))
        throw UsageError(fmt::format("--{} must be {}, not {}", option, range.text,
                                     given.negative.empty() ? fmt::format("{}", given.value) : given.negative));
      target = given.value;
    };
    add(name, boost::program_options::value<detail::GivenNumber<Number>>()->value_name("N")->notifier(assign), help);
  }

  /// Reads the command line and the file of --config, without touching the variables yet. False after printing --help.
  /// Throws UsageError.
  bool parse(int argc, char** argv) {
    namespace po = boost::program_options;
    std::vector<std::string> arguments;
    for (int i = 1; i < argc; ++i) arguments.push_back(canonical(argv[i]));
    try {
      // Without guessing: a misspelt option is an error, not a prefix of another one.
      const int style = po::command_line_style::default_style & ~po::command_line_style::allow_guessing;
      const auto parsed =
          po::command_line_parser(arguments).options(options_).positional(positions_).style(style).run();
      remember(parsed, given_);
      po::store(parsed, values_);
      if (given("config")) remember(read_config(values_["config"].as<std::string>()), given_);
    } catch (const po::error& error) {
      throw UsageError(fmt::format("{} (--help lists the options)", error.what()));
    }
    if (given("help")) {
      std::cout << options_;
      return false;
    }
    for (const auto* name : required_)
      if (!given(name)) throw UsageError(fmt::format("{} is missing (--help lists the options)", name));
    return true;
  }

  /// Throws UsageError for the first of these options that parse() did not meet.
  void require(std::initializer_list<const char*> names) const {
    for (const char* name : names)
      if (!given(name)) throw UsageError(fmt::format("--{} is missing (--help lists the options)", name));
  }

  /// Whether parse() met the option.
  bool given(const char* name) const { return given_.contains(name); }

  /// Whether parse() or recall() met the option.
  bool known(const char* name) const { return values_.count(name) != 0; }

  /// The text of an option of text() or path(), or `otherwise`: for options that decide the defaults of others.
  std::string text_or(const char* name, std::string_view otherwise) const {
    return known(name) ? values_[name].as<std::string>() : std::string(otherwise);
  }

  /// Takes from a file of `option = value` lines, that of an earlier call of the program, what parse() left open. Such
  /// options do not count as given(). Throws UsageError.
  void recall(const std::filesystem::path& file) { remember(read_config(file.string()), recalled_); }

  /// Takes `value` for an option that neither parse() nor recall() met. Such an option does not count as given().
  void suppose(const std::string& name, const std::string& value) {
    if (known(name.c_str())) return;
    const auto supposed = parsed({{name, value}});
    boost::program_options::store(supposed, values_);
    remember(supposed, recalled_);
  }

  /// Everything that parse(), recall() and suppose() met, but the options in `without`, as lines for recall(). Paths
  /// are absolute: the next call may come from elsewhere.
  std::string lines(std::initializer_list<std::string_view> without) const {
    std::string text;
    auto all = given_;
    all.insert(recalled_.begin(), recalled_.end());
    for (const auto& [name, value] : all)
      if (std::ranges::find(without, name) == without.end())
        text += option_line(
            name, paths_.contains(name) && !value.empty() ? std::filesystem::absolute(value).string() : value);
    return text;
  }

  /// Writes what was given to the variables. Throws UsageError for a number out of its range.
  void assign() { boost::program_options::notify(values_); }

 private:
  using Values = std::map<std::string, std::string, std::less<>>;

  /// The public programs spell some options otherwise; both spellings are taken.
  static std::string canonical(std::string argument) {
    static constexpr std::pair<std::string_view, std::string_view> kSpellings[] = {
        {"--num_classes", "--num-classes"}, {"--learning-rate", "--lr"}, {"--weight-decay", "--wd"}};
    for (const auto& [other, ours] : kSpellings)
      if (argument == other || argument.starts_with(std::string(other) + "="))
        return std::string(ours) + argument.substr(other.size());
    return argument;
  }

  void add(const char* name, const boost::program_options::value_semantic* value, const std::string& help) {
    options_.add_options()(name, value, help.c_str());
  }

  /// Options as the command line gives them, for Boost.
  boost::program_options::parsed_options parsed(const std::vector<std::pair<std::string, std::string>>& options) const {
    boost::program_options::parsed_options result(&options_);
    for (const auto& [name, value] : options) result.options.emplace_back(name, std::vector<std::string>{value});
    return result;
  }

  boost::program_options::parsed_options read_config(const std::string& path) {
    const auto file = read_option_file(path);
    for (const auto& [name, value] : file.quoted)
      if (options_.find_nothrow(name, false) == nullptr)
        throw UsageError(fmt::format("{}: unrecognised option `{}`", path, name));
    try {
      std::istringstream others(file.others);
      auto found = boost::program_options::parse_config_file(others, options_);
      std::ranges::move(parsed(file.quoted).options, std::back_inserter(found.options));
      boost::program_options::store(found, values_);
      return found;
    } catch (const boost::program_options::error& error) {
      throw UsageError(fmt::format("{}: {}", path, error.what()));
    }
  }

  /// Of an option that occurs twice the first one counts, as Boost has it.
  template <class Parsed>
  static void remember(const Parsed& parsed, Values& values) {
    for (const auto& option : parsed.options)
      if (!option.string_key.empty())
        values.emplace(option.string_key, option.value.empty() ? std::string("true") : option.value.front());
  }

  boost::program_options::options_description options_;
  boost::program_options::positional_options_description positions_;
  std::vector<const char*> required_;
  boost::program_options::variables_map values_;
  Values given_, recalled_;
  std::set<std::string, std::less<>> paths_;
};

}  // namespace qcs::program
