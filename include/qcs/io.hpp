// SPDX-License-Identifier: MIT
#pragma once

// Every header of qcs/io.

#include <qcs/io/named_tensors.hpp>
#include <qcs/io/npy.hpp>
#include <qcs/io/pickle/machine.hpp>
#include <qcs/io/pickle/reader.hpp>
#include <qcs/io/pickle/summary.hpp>
#include <qcs/io/pickle/value.hpp>
#include <qcs/io/safetensors.hpp>
#include <qcs/io/safetensors_header.hpp>
#include <qcs/io/safetensors_header_builder.hpp>
#include <qcs/io/table/csv_reader.hpp>
#include <qcs/io/table/csv_writer.hpp>
#include <qcs/io/table/fields.hpp>
#include <qcs/io/table/row_reader.hpp>
#include <qcs/io/torch/pickler.hpp>
#include <qcs/io/torch/read_torch.hpp>
#include <qcs/io/torch/tensor_dictionary.hpp>
#include <qcs/io/torch/tensor_value.hpp>
#include <qcs/io/torch/write_torch.hpp>
#include <qcs/io/torch/zip_archive.hpp>
