// SPDX-License-Identifier: MIT
//
// benchmark_draw_faces FOLDER: draws faces to train and evaluate on and prints the two lists and the folder of the
// images. small_network.py runs it.

#include <qcs/program/process.hpp>

#include "../examples/drawn_faces.hpp"

namespace {

int run(int argc, char** argv) {
  if (argc != 2) throw qcs::program::UsageError("usage: benchmark_draw_faces FOLDER");
  const auto train = qcs::examples::write_drawn_faces(argv[1], "train", 80, 0);
  const auto test = qcs::examples::write_drawn_faces(argv[1], "test", 1, 0);
  fmt::print("{}\n{}\n{}\n", train.list.string(), test.list.string(), train.images.string());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  return qcs::program::run_program([&] { return run(argc, argv); });
}
