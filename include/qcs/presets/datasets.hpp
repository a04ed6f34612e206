// SPDX-License-Identifier: MIT
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <qcs/core/error.hpp>
#include <qcs/core/label_space.hpp>
#include <qcs/model/attention/residual.hpp>
#include <qcs/weights/face_cut.hpp>
#include <string>
#include <string_view>

namespace qcs {

/// A data set as the published system uses it: its label space, its default files relative to the data root (a
/// validation list where its owners made such a split beside the test split), how its faces were cut out of photos, and
/// the residual form of the DCS network published for it.
struct RafDb {
  using Classes = RafDbLabels;
  static constexpr std::string_view kName = Classes::kName;
  static constexpr std::string_view kProgram = "raf_db";
  static constexpr std::string_view kImageFolder = "RAF-DB/basic";
  static constexpr std::string_view kTrainList = "RAF-DB/raf_db_basic_train.txt";
  static constexpr std::string_view kTestList = "RAF-DB/raf_db_basic_test.txt";
  static constexpr std::string_view kFaceCut = "aligned faces of RAF-DB, 100 x 100";
  using DcsResidual = NormedResidual;
};

/// FERPlus (Barsoum et al., ICMI 2016), labels by the majority rule.
struct FerPlus {
  using Classes = FerPlusLabels;
  static constexpr std::string_view kName = Classes::kName;
  static constexpr std::string_view kProgram = "ferplus";
  static constexpr std::string_view kImageFolder = "FERPlus/img";
  static constexpr std::string_view kTrainList = "FERPlus/ferplus_training.txt";
  static constexpr std::string_view kTestList = "FERPlus/ferplus_test.txt";
  static constexpr std::string_view kValidationList = "FERPlus/ferplus_validation.txt";
  static constexpr std::string_view kFaceCut = "faces of FER2013, 48 x 48, grey";
  static constexpr double kFaceMargin = .01;
  static constexpr FaceTemplate kFaceTemplate{{{.32, .37}, {.67, .37}, {.49, .59}, {.36, .74}, {.64, .74}}};
  using DcsResidual = PreNormResidual;
};

/// AffectNet (Mollahosseini et al., 2019) with seven classes.
struct AffectNet7 {
  using Classes = AffectNet7Labels;
  static constexpr std::string_view kName = Classes::kName;
  static constexpr std::string_view kProgram = "affectnet7";
  static constexpr std::string_view kImageFolder = "AffectNet/Manually_trainval_croped";
  static constexpr std::string_view kTrainList = "AffectNet/affectnet_training-cls7-v7.txt";
  static constexpr std::string_view kTestList = "AffectNet/affectnet_validation-cls7.txt";
  static constexpr std::string_view kFaceCut = "face boxes of AffectNet";
  using DcsResidual = NormedResidual;
};

/// AffectNet with Contempt as its eighth class.
struct AffectNet8 {
  using Classes = AffectNet8Labels;
  static constexpr std::string_view kName = Classes::kName;
  static constexpr std::string_view kProgram = "affectnet8";
  static constexpr std::string_view kImageFolder = "AffectNet/Manually_trainval_croped";
  static constexpr std::string_view kTrainList = "AffectNet/affectnet_training-cls8-v7.txt";
  static constexpr std::string_view kTestList = "AffectNet/affectnet_validation-cls8.txt";
  static constexpr std::string_view kFaceCut = "face boxes of AffectNet";
  using DcsResidual = PreNormResidual;
};

/// How the faces of `Dataset` were cut out of photos, as far as its owners say or its faces show.
template <class Dataset>
FaceCut face_cut_of() {
  FaceCut cut{.description = std::string(Dataset::kFaceCut)};
  if constexpr (requires { Dataset::kFaceMargin; }) cut.margin = Dataset::kFaceMargin;
  if constexpr (requires { Dataset::kFaceTemplate; }) cut.points = Dataset::kFaceTemplate;
  return cut;
}

/// Calls `visit.operator()<Dataset>()` with the data set called `name`, raf_db, ferplus, affectnet7 or affectnet8 (with
/// `-` or
/// `_`), and returns its result. Throws ConfigError on another name.
auto with_dataset(std::string_view name, auto&& visit) {
  std::string plain(name);
  std::ranges::replace(plain, '-', '_');
  if (plain == RafDb::kProgram) return visit.template operator()<RafDb>();
  if (plain == FerPlus::kProgram) return visit.template operator()<FerPlus>();
  if (plain == AffectNet7::kProgram) return visit.template operator()<AffectNet7>();
  if (plain == AffectNet8::kProgram) return visit.template operator()<AffectNet8>();
  throw ConfigError(fmt::format("unknown data set `{}`, expected {}, {}, {} or {}", name, RafDb::kProgram,
                                FerPlus::kProgram, AffectNet7::kProgram, AffectNet8::kProgram));
}

}  // namespace qcs
