// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <exception>
#include <filesystem>
#include <opencv2/core.hpp>
#include <qcs/core/memory_error.hpp>
#include <qcs/experiment/preset_experiments.hpp>
#include <qcs/experiment/published_faces.hpp>
#include <qcs/experiment/repeat_runs.hpp>
#include <qcs/image/quiet_decoders.hpp>
#include <qcs/model/backbone/backbones.hpp>
#include <qcs/presets/networks.hpp>
#include <qcs/presets/topologies.hpp>
#include <qcs/program/compute_threads.hpp>
#include <qcs/program/device.hpp>
#include <qcs/program/preset_evaluations.hpp>
#include <qcs/program/process.hpp>
#include <qcs/program/stop_signals.hpp>
#include <qcs/program/train_options.hpp>
#include <utility>

namespace qcs::program {

namespace detail {

/// What the labels mean where no file of class names says it: the data set's own classes, or numbers when another count
/// was asked for.
template <class Dataset>
Labels default_labels(const TrainArguments& arguments) {
  auto labels = Labels::of<typename Dataset::Classes>();
  const bool is_usual = arguments.classes == static_cast<std::int64_t>(labels.classes.size());
  return is_usual ? labels : Labels::numbered(arguments.classes);
}

template <class Net>
int train_network(const TrainArguments& arguments, const Faces& faces) {
  const auto train_once = [&](const Recipe& recipe, const std::filesystem::path& folder,
                              const std::filesystem::path& resume) {
    RunOptions options = arguments.run;
    options.stop = [] { return stop_signal() != 0; };
    options.stored_options += option_line("seed", recipe.seed);
    Experiment<Net> run(folder, faces, recipe, std::move(options), {.step = arguments.step});
    if (!resume.empty()) run.resume(resume);
    if (!arguments.pretrained.empty())
      run.start_from(arguments.pretrained, arguments.pretrained_part, arguments.weight_file);
    return run.fit();
  };
  const auto end =
      arguments.repeat == 1
          ? train_once(arguments.recipe, arguments.out, arguments.resume).end
          : repeat_runs(arguments.out, arguments.recipe,
                        {.runs = arguments.repeat,
                         .resume = !arguments.resume.empty(),
                         .stored_options = arguments.run.stored_options + option_line("seed", arguments.recipe.seed) +
                                           option_line("repeat", arguments.repeat)},
                        [&](const Recipe& recipe, const std::filesystem::path& folder, bool resume) {
                          return train_once(recipe, folder, resume ? folder : std::filesystem::path());
                        });
  return end == RunEnd::kInterrupted ? 128 + stop_signal() : 0;
}

/// How much was asked for, for what, and what to lower, by the names of the options.
template <class BackboneList>
MemoryError out_of_memory(const MemoryRequest& request, const TrainArguments& arguments) {
  return MemoryError(
      fmt::format("out of memory: {} could not be had with batches of {} tuples of pictures of 224 x 224 pixels; lower "
                  "--batch-size (--accumulate keeps the size of a step), --workers (now {}) or --threads (now {}){}",
                  request.text(), arguments.recipe.batch_size, arguments.run.workers, arguments.threads,
                  BackboneList::contains(SmallBackbone::kName) ? ", or take --backbone small" : ""),
      request.bytes);
}

}  // namespace detail

/// What train() does but for wait_passively() and run_program(): for programs that call both themselves. Throws
/// UsageError and what training and evaluation throw.
template <class Dataset, class BackboneList = ShippedBackbones, class TopologyList = PublishedTopologies,
          template <class, class, class> class NetworkFor = PublishedNetwork>
int run_training(int argc, char** argv) {
  auto arguments = parse_train_arguments<Dataset, BackboneList, TopologyList>(argc, argv);
  if (!arguments) return 0;
  if (arguments->evaluate.empty()) catch_stop_signals();
  cv::setNumThreads(1);
  start_compute_threads(arguments->threads);
  try {
    arguments->run.device = device(arguments->device);
    const QuietDecoders quiet;
    const auto labels = detail::default_labels<Dataset>(*arguments);
    return with_network<Dataset, BackboneList, TopologyList, NetworkFor>(
        arguments->model, arguments->backbone, [&]<class Net>() {
          if (!arguments->evaluate.empty()) return evaluate_weights<Net>(*arguments, labels);
          return detail::train_network<Net>(*arguments, published_faces<Dataset>(arguments->lists, labels));
        });
  } catch (const std::exception& error) {
    if (const auto request = memory_request(error)) throw detail::out_of_memory<BackboneList>(*request, *arguments);
    throw;
  }
}

/// The training program of a data set: reads the command line, then trains or evaluates. --backbone and --model choose
/// from the lists, the first of each is the default:
///
///     return qcs::program::train<qcs::RafDb, qcs::Backbones<qcs::Ir50, Mine>, qcs::Topologies<qcs::Dual, Ring>>(
///         argc, argv);
///
/// A data set of one's own has the members of RafDb and a PublishedRecipes. `NetworkFor<Dataset, Backbone, Topology>`
/// is the network that is trained; an alias template of one's own takes another head. All networks of both lists are
/// compiled. Returns the exit status; that of a run that a signal interrupted is 128 + the signal.
template <class Dataset, class BackboneList = ShippedBackbones, class TopologyList = PublishedTopologies,
          template <class, class, class> class NetworkFor = PublishedNetwork>
int train(int argc, char** argv) {
  wait_passively(argv);
  return run_program([&] { return run_training<Dataset, BackboneList, TopologyList, NetworkFor>(argc, argv); });
}

}  // namespace qcs::program
