// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <qcs/core/error.hpp>
#include <qcs/presets/datasets.hpp>
#include <qcs/program/preset_programs.hpp>
#include <qcs/program/process.hpp>
#include <qcs/program/train.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace qcs::program {

/// The training program of the published data set called `name`, for programs that read the data set from the command
/// line as `qcs train` does. argv[1] and on are the options; the lists are those of train(). Leaves wait_passively() to
/// main(), which knows the whole command line:
///
///     qcs::program::wait_passively(argv);
///     return qcs::program::train_dataset<MyBackbones, MyTopologies>(argc > 1 ? argv[1] : "", argc - 1, argv + 1);
template <class BackboneList = ShippedBackbones, class TopologyList = PublishedTopologies,
          template <class, class, class> class NetworkFor = PublishedNetwork>
int train_dataset(std::string_view name, int argc, char** argv) {
  return run_program([&] {
    if (name.empty()) throw UsageError("name a data set before the options: raf_db, ferplus, affectnet7 or affectnet8");
    std::string program;
    int (*run)(int, char**) = nullptr;
    try {
      with_dataset(name, [&]<class Dataset>() {
        program = fmt::format("train_{}", Dataset::kProgram);
        run = &run_training<Dataset, BackboneList, TopologyList, NetworkFor>;
      });
    } catch (const ConfigError& error) {
      throw UsageError(error.what());
    }
    std::vector<char*> arguments(argv, argv + argc);
    arguments.front() = program.data();
    return run(argc, arguments.data());
  });
}

}  // namespace qcs::program
