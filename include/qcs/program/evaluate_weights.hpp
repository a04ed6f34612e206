// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <qcs/data/dataset/labelled_dataset.hpp>
#include <qcs/data/loader.hpp>
#include <qcs/model/concepts.hpp>
#include <qcs/program/device.hpp>
#include <qcs/program/run_options.hpp>
#include <qcs/program/splits.hpp>
#include <qcs/program/start_weights.hpp>
#include <qcs/report/console/console.hpp>
#include <qcs/report/files/prediction_csv.hpp>
#include <qcs/report/table.hpp>
#include <qcs/train/evaluate.hpp>

namespace qcs::program {

/// Transforms that make only the pixels that the network reads.
template <class Net>
TransformOptions with_read_stride(TransformOptions transform) {
  transform.stride = pixel_stride<typename Net::ContainedType::BackboneType>;
  return transform;
}

/// Those of an evaluation: all pixels where the mirror image is evaluated too, because its thinned pixels are others.
template <class Net>
TransformOptions evaluation_transform(const Recipe& recipe) {
  return recipe.flip_test ? recipe.transform : with_read_stride<Net>(recipe.transform);
}

/// Evaluates the weights in `run.evaluate` on `images`, prints the result and writes `run.predictions` if it is set.
template <class Net>
int evaluate_weights(const RunOptions& run, const ImageSource& images, const Labels& labels) {
  Net network = make_network<Net>(run.recipe, run.classes, run.seed);
  load_for_evaluation(network, run, labels);
  const EvaluationOptions options{.device = device(run.device), .flip = run.recipe.flip_test};
  network->to(options.device);
  Loader loader(LabelledDataset(images, evaluation_transform<Net>(run.recipe)),
                {.batch_size = run.recipe.batch_size, .workers = run.workers});
  ConsoleReporter console(run.print_freq);
  const auto total = static_cast<std::int64_t>(images.list().images.size());
  const auto evaluate_with = [&](auto&... more) {
    return evaluate(network, loader.epoch(0), run.classes, total, options, console, more...);
  };
  Evaluation result;
  if (run.predictions.empty()) {
    result = evaluate_with();
  } else {
    PredictionCsv predictions(run.predictions, image_names(run, images), labels.classes);
    result = evaluate_with(predictions);
  }
  fmt::print("{}\n", class_table(result.confusion, labels.classes));
  fmt::print("{}: loss {:.4f}, accuracy {:.2f} %, mean class accuracy {:.2f} %, macro F1 {:.4f} on {} images\n",
             run.evaluate.string(), result.loss, 100 * result.confusion.accuracy(),
             100 * result.confusion.mean_class_accuracy(), result.confusion.macro_f1(), result.confusion.total());
  print_skipped(images);
  return 0;
}

}  // namespace qcs::program
