// SPDX-License-Identifier: MIT
#include <qcs/program/preset_programs.hpp>

#include "commands.hpp"

int qcs::commands::train(int argc, char** argv) {
  return program::run_program([&] {
    if (argc < 2) throw program::UsageError("train DATASET [options]: raf_db, ferplus, affectnet7 or affectnet8");
    try {
      return with_dataset(argv[1],
                          [&]<class Dataset>() { return program::train_program<Dataset>(argc - 1, argv + 1); });
    } catch (const ConfigError& error) {
      throw program::UsageError(error.what());
    }
  });
}
