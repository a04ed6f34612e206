// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <qcs/core/text/say.hpp>
#include <qcs/data/loader.hpp>
#include <qcs/experiment/build_network.hpp>
#include <qcs/experiment/faces.hpp>
#include <qcs/experiment/list_labels.hpp>
#include <qcs/experiment/loaders.hpp>
#include <qcs/experiment/read_lists.hpp>
#include <qcs/program/train_arguments.hpp>
#include <qcs/report/console/console.hpp>
#include <qcs/report/files/prediction_csv.hpp>
#include <qcs/report/table.hpp>
#include <qcs/train/evaluate.hpp>
#include <qcs/weights/start_weights.hpp>

namespace qcs::program {

/// Evaluates the weights in `arguments.evaluate` on the test list, prints the result and writes
/// `arguments.predictions` if it is set. Labels are those of `own` unless files of class names say otherwise.
template <class Net>
int evaluate_weights(const TrainArguments& arguments, const Labels& own) {
  const auto& lists = arguments.lists;
  const auto [labels, label_notes] = labels_of_lists({lists.test}, lists.class_names, own);
  for (const auto* notes : {&arguments.run.notes, &label_notes})
    for (const auto& note : *notes) say("note: {}\n", note);
  const auto& classes = labels.classes;
  const SplitReader reader(lists, classes.size());
  const auto images = reader.read(lists.test);
  const auto count = static_cast<std::int64_t>(classes.size());
  Net network = build_network<Net>(arguments.recipe, count);
  for (const auto& note : load_for_evaluation(network, arguments.evaluate, labels, arguments.weight_file))
    say("{}\n", note);
  const EvaluationOptions options{.device = arguments.run.device, .flip = arguments.recipe.flip_test};
  network->to(options.device);
  Loader loader(evaluation_images<Net>(images, arguments.recipe),
                {.batch_size = arguments.recipe.batch_size, .workers = arguments.run.workers});
  ConsoleReporter console(arguments.run.print_freq);
  const auto total = static_cast<std::int64_t>(images.list().images.size());
  const auto evaluate_with = [&](auto&... more) {
    return evaluate(network, loader.epoch(0), count, total, options, console, more...);
  };
  Evaluation result;
  if (arguments.predictions.empty()) {
    result = evaluate_with();
  } else {
    PredictionCsv predictions(arguments.predictions, image_names(images, reader.root()), classes);
    result = evaluate_with(predictions);
  }
  fmt::print("{}\n", class_table(result.confusion, classes));
  fmt::print("{}: loss {:.4f}, accuracy {:.2f} %, mean class accuracy {:.2f} %, macro F1 {:.4f} on {} images\n",
             arguments.evaluate.string(), result.loss, 100 * result.confusion.accuracy(),
             100 * result.confusion.mean_class_accuracy(), result.confusion.macro_f1(), result.confusion.total());
  for (const auto& line : remarks_on_images(images)) say("{}\n", line);
  return 0;
}

}  // namespace qcs::program
