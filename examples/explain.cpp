// SPDX-License-Identifier: MIT
#include "commands/commands.hpp"

int main(int argc, char** argv) { return qcs::commands::explain(argc, argv); }
