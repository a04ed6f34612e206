// SPDX-License-Identifier: MIT
//
// benchmark_loader RECIPE LIST IMAGE_ROOT|PACK WORKERS BATCHES [EPOCHS]: images a second of QCS training tuples,
// decoded and augmented as the published recipe of RECIPE (raf_db or ferplus) says, from image files or from a file of
// `prepare pack`, and memory in MiB after each epoch; BATCHES 0 means all. loader.py compares it with the Python
// original.

#include <chrono>
#include <fstream>
#include <memory>
#include <opencv2/core.hpp>
#include <qcs/data/dataset/tuple_dataset.hpp>
#include <qcs/data/loader.hpp>
#include <qcs/model/backbone/ir50.hpp>
#include <qcs/presets/recipes.hpp>
#include <qcs/program/process.hpp>
#include <qcs/topology/quadruplet.hpp>
#include <string>

namespace {

double resident_mib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
  return 0;
}

template <class Dataset>
void measure(const std::string& list, const std::string& root, int workers, std::int64_t batches, int epochs) {
  auto recipe = qcs::published_recipe<Dataset>("QCS");
  recipe.transform.stride = qcs::pixel_stride<qcs::Ir50>;
  const auto classes = static_cast<int>(Dataset::Classes::kClasses.size());
  const auto pack = std::filesystem::is_directory(root) ? nullptr : std::make_shared<const qcs::PackedImages>(root);
  const qcs::ImageSource source(
      pack ? qcs::read_packed_list(list, *pack, classes) : qcs::read_image_list(list, root, classes),
      qcs::BadImages::kFail, pack);
  qcs::TupleDataset<qcs::Quadruplet> tuples(source, recipe.transform,
                                            {.sampling = recipe.sampling, .negatives = recipe.negatives});
  qcs::Loader loader(std::move(tuples), {.batch_size = recipe.batch_size, .workers = workers});
  for (int epoch = 0; epoch < epochs; ++epoch) {
    std::int64_t images = 0, left = batches;
    const auto start = std::chrono::steady_clock::now();
    for (const auto& batch : loader.epoch(epoch)) {
      images += 4 * batch.size();
      if (--left == 0) break;
    }
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    fmt::print("{:.1f} {:.1f}\n", static_cast<double>(images) / elapsed.count(), resident_mib());
  }
}

}  // namespace

int main(int argc, char** argv) {
  return qcs::program::run_program([&] {
    if (argc < 6)
      throw qcs::program::UsageError(
          "usage: benchmark_loader raf_db|ferplus LIST IMAGE_ROOT|PACK WORKERS BATCHES [EPOCHS]");
    const std::string recipe = argv[1];
    const int workers = std::stoi(argv[4]), epochs = argc > 6 ? std::stoi(argv[6]) : 1;
    cv::setNumThreads(1);
    if (recipe == "raf_db")
      measure<qcs::RafDb>(argv[2], argv[3], workers, std::stoll(argv[5]), epochs);
    else if (recipe == "ferplus")
      measure<qcs::FerPlus>(argv[2], argv[3], workers, std::stoll(argv[5]), epochs);
    else
      throw qcs::program::UsageError("RECIPE is raf_db or ferplus");
    return 0;
  });
}
