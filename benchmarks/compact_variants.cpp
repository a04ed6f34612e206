// SPDX-License-Identifier: MIT
//
// train_compact with what changes the types, for compact_recipe.sh: --model DCS or QCS, --step plain, sam or looksam.

#include <qcs/program/process.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/topology/quadruplet.hpp>
#include <qcs/train/step/look_sam_step.hpp>
#include <qcs/train/step/plain_step.hpp>
#include <qcs/train/step/sam_step.hpp>
#include <string>

#include "../examples/compact_training.hpp"

int main(int argc, char** argv) {
  using qcs::examples::train_compact;
  qcs::program::wait_passively(argv);
  return qcs::program::run_program([&] {
    qcs::examples::CompactTraining training{.recipe = qcs::examples::compact_recipe()};
    std::string model{qcs::Dual::kName}, step{qcs::PlainStep::kName};
    qcs::program::OptionTable options("benchmark_compact_variants [options]");
    options.text("model", model, "DCS (default) or QCS");
    options.text("step", step, "plain (default), sam or looksam");
    qcs::examples::add_options(options, training);
    if (!options.parse(argc, argv)) return 0;
    options.assign();
    if (model == qcs::Quadruplet::kName) return train_compact<qcs::Quadruplet, qcs::PlainStep>(training);
    if (step == qcs::SamStep::kName) return train_compact<qcs::Dual, qcs::SamStep>(training);
    if (step == qcs::LookSamStep::kName) return train_compact<qcs::Dual, qcs::LookSamStep>(training);
    return train_compact<qcs::Dual, qcs::PlainStep>(training);
  });
}
