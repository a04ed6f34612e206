// SPDX-License-Identifier: MIT
//
// train_compact with what changes the types, for compact_recipe.sh: --model DCS or QCS, --step plain, sam or looksam,
// --backbone compact, small or one of compact_shapes.hpp.

#include <qcs/program/process.hpp>
#include <qcs/topology/dual.hpp>
#include <qcs/topology/quadruplet.hpp>
#include <qcs/train/step/look_sam_step.hpp>
#include <qcs/train/step/plain_step.hpp>
#include <qcs/train/step/sam_step.hpp>
#include <string>

#include "../examples/compact_training.hpp"
#include "compact_shapes.hpp"

int main(int argc, char** argv) {
  using qcs::examples::train_compact;
  qcs::program::wait_passively(argv);
  return qcs::program::run_program([&] {
    qcs::examples::CompactTraining training{.recipe = qcs::examples::compact_recipe()};
    std::string model{qcs::Dual::kName}, step{qcs::PlainStep::kName}, backbone{qcs::CompactBackbone::kName};
    qcs::program::OptionTable options("benchmark_compact_variants [options]");
    options.text("model", model, "DCS (default) or QCS");
    options.text("step", step, "plain (default), sam or looksam");
    options.text("backbone", backbone, "compact (default), small, one-unit, narrow or wide");
    qcs::examples::add_options(options, training);
    if (!qcs::examples::read_options(options, training, argc, argv)) return 0;
    int status = -1;
    const auto train = [&]<class Topology, class Step, class Backbone>() {
      if (model == Topology::kName && step == Step::kName && backbone == Backbone::kName)
        status = train_compact<Topology, Step, Backbone>(training);
    };
    using qcs::CompactBackbone, qcs::Dual, qcs::PlainStep;
    train.operator()<Dual, PlainStep, CompactBackbone>();
    train.operator()<Dual, qcs::SamStep, CompactBackbone>();
    train.operator()<Dual, qcs::LookSamStep, CompactBackbone>();
    train.operator()<qcs::Quadruplet, PlainStep, CompactBackbone>();
    train.operator()<Dual, PlainStep, qcs::SmallBackbone>();
    train.operator()<Dual, PlainStep, qcs::benchmarks::OneUnit>();
    train.operator()<Dual, PlainStep, qcs::benchmarks::Narrow>();
    train.operator()<Dual, PlainStep, qcs::benchmarks::Wide>();
    if (status < 0)
      throw qcs::program::UsageError(fmt::format(
          "there is no `{}` with the step `{}` and the backbone `{}` among the variants", model, step, backbone));
    return status;
  });
}
