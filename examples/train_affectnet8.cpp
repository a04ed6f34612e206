// SPDX-License-Identifier: MIT
#include <qcs/program/preset_programs.hpp>

int main(int argc, char** argv) { return qcs::program::train<qcs::AffectNet8>(argc, argv); }
