// SPDX-License-Identifier: MIT
#include <qcs/program/train_program.hpp>

int main(int argc, char** argv) { return qcs::program::train_program<qcs::AffectNet7>(argc, argv); }
