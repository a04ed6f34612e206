// SPDX-License-Identifier: MIT
#include <qcs/cli/train_program.hpp>

int main(int argc, char** argv) { return qcs::cli::train_program<qcs::AffectNet8>(argc, argv); }
