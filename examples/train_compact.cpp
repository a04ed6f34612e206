// SPDX-License-Identifier: MIT
//
// Trains the network that comes along, from scratch, on FERPlus's training faces alone, with the votes of its ten
// people as labels. docs/compact.md says how well it does and what its values were chosen by.

#include <qcs/program/process.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/train/step/plain_step.hpp>

#include "compact_training.hpp"

int main(int argc, char** argv) {
  qcs::program::wait_passively(argv);
  return qcs::program::run_program([&] {
    qcs::examples::CompactTraining training{.recipe = qcs::examples::compact_recipe()};
    qcs::program::OptionTable options("train_compact [options], trains the network that comes along, on FERPlus");
    qcs::examples::add_options(options, training);
    if (!qcs::examples::read_options(options, training, argc, argv)) return 0;
    return qcs::examples::train_compact<qcs::Dual, qcs::PlainStep>(training);
  });
}
