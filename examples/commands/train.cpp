// SPDX-License-Identifier: MIT
#include <qcs/program/train_dataset.hpp>

#include "commands.hpp"
#include "lists.hpp"

int qcs::commands::train(int argc, char** argv) {
  return program::train_dataset<BackboneList, TopologyList>(argc > 1 ? argv[1] : "", argc - 1, argv + 1);
}
