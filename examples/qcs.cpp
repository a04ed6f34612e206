// SPDX-License-Identifier: MIT
//
// qcs COMMAND ...: all programs in one, for people who install it.

#include <algorithm>
#include <array>
#include <qcs/core/version.hpp>
#include <qcs/program/process.hpp>
#include <string_view>

#include "commands/commands.hpp"

namespace {

struct Command {
  std::string_view name;
  int (*run)(int, char**);
  std::string_view help;
};

constexpr std::array kCommands{
    Command{"train", qcs::commands::train, "train or evaluate on raf_db, ferplus, affectnet7 or affectnet8"},
    Command{"predict", qcs::commands::predict, "name the expressions of faces in photos, videos, a camera"},
    Command{"explain", qcs::commands::explain, "show where the network looks in faces"},
    Command{"prepare", qcs::commands::prepare, "make lists from what the owners of data sets ship; pack images"},
    Command{"check", qcs::commands::check, "name every faulty line and image of lists"},
    Command{"preview", qcs::commands::preview, "show training tuples as the network sees them"},
    Command{"compare", qcs::commands::compare, "put runs side by side"},
    Command{"inspect", qcs::commands::inspect, "say what a file of weights holds"},
    Command{"convert", qcs::commands::convert, "turn weights from .pth into safetensors and back"},
    Command{"export", qcs::commands::export_model, "write the base branch as ONNX or safetensors"}};

void print_help() {
  fmt::print("qcs {}: facial expression recognition by cross similarity attention\n\n", qcs::kVersion);
  for (const auto& command : kCommands) fmt::print("  qcs {:<8} {}\n", command.name, command.help);
  fmt::print("\nqcs COMMAND --help lists the options of one.\n");
}

}  // namespace

int main(int argc, char** argv) {
  qcs::program::wait_passively(argv);
  const std::string_view name = argc > 1 ? argv[1] : "";
  const auto* command = std::ranges::find(kCommands, name, &Command::name);
  if (command != kCommands.end()) return command->run(argc - 1, argv + 1);
  return qcs::program::run_program([&] {
    if (name != "--help" && name != "-h" && name != "help")
      throw qcs::program::UsageError(name.empty() ? "name a command (qcs --help lists them)"
                                                  : fmt::format("unknown command `{}` (qcs --help lists them)", name));
    print_help();
    return 0;
  });
}
