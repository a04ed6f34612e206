// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <qcs/core/processors.hpp>
#include <qcs/experiment/read_lists.hpp>
#include <qcs/experiment/run_options.hpp>
#include <qcs/train/recipe.hpp>
#include <qcs/train/step/sam_options.hpp>
#include <qcs/weights/start_weights.hpp>
#include <qcs/weights/weight_file.hpp>
#include <string>

namespace qcs::program {

/// What a training program was asked to do.
struct TrainArguments {
  std::string model = {}, backbone = {};  ///< names of types in the program's lists
  Recipe recipe = {};
  SamOptions step = {};
  std::int64_t classes = 0;
  FaceLists lists = {};
  RunOptions run = {.device = torch::kCPU};
  std::filesystem::path out = {};
  std::filesystem::path resume = {}, evaluate = {}, pretrained = {}, predictions = {};
  StartPart pretrained_part = StartPart::kBackbone;
  WeightFileOptions weight_file = {};  ///< how the files of `evaluate` and `pretrained` are read
  int threads = usable_processors();
  int repeat = 1;  ///< runs, each with the next seed
  std::string device = "auto";
};

}  // namespace qcs::program
