// SPDX-License-Identifier: MIT
#pragma once

// The programs as functions of their command line, for one executable each and for `qcs`, which has them all. Each
// prints its errors and returns the exit status.
namespace qcs::commands {

int check(int argc, char** argv);         ///< faulty lines and images of lists
int compare(int argc, char** argv);       ///< runs side by side
int convert(int argc, char** argv);       ///< weights between .pth and safetensors
int explain(int argc, char** argv);       ///< where the network looks in faces
int export_model(int argc, char** argv);  ///< the base branch as ONNX or safetensors
int inspect(int argc, char** argv);       ///< what a file of weights holds
int predict(int argc, char** argv);       ///< expressions of faces in photos, videos and cameras
int prepare(int argc, char** argv);       ///< lists from what owners of data sets ship
int preview(int argc, char** argv);       ///< training tuples as the network sees them
int train(int argc, char** argv);         ///< argv[1] names the data set: raf_db, ferplus, affectnet7 or affectnet8

}  // namespace qcs::commands
