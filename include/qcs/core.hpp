// SPDX-License-Identifier: MIT
#pragma once

// Every header of qcs/core.

#include <qcs/core/autocast.hpp>
#include <qcs/core/constant.hpp>
#include <qcs/core/enum_names.hpp>
#include <qcs/core/error.hpp>
#include <qcs/core/file/atomic_file.hpp>
#include <qcs/core/file/file_content.hpp>
#include <qcs/core/file/folder_listing.hpp>
#include <qcs/core/file/folder_lock.hpp>
#include <qcs/core/file/host_name.hpp>
#include <qcs/core/file/path_errors.hpp>
#include <qcs/core/file/sha256.hpp>
#include <qcs/core/generator.hpp>
#include <qcs/core/label_space.hpp>
#include <qcs/core/memory_error.hpp>
#include <qcs/core/named_types.hpp>
#include <qcs/core/named_values.hpp>
#include <qcs/core/ordered_work.hpp>
#include <qcs/core/parallel_for.hpp>
#include <qcs/core/placement.hpp>
#include <qcs/core/precision.hpp>
#include <qcs/core/processors.hpp>
#include <qcs/core/progress.hpp>
#include <qcs/core/random.hpp>
#include <qcs/core/stopwatch.hpp>
#include <qcs/core/text/fault_list.hpp>
#include <qcs/core/text/or_list.hpp>
#include <qcs/core/text/say.hpp>
#include <qcs/core/text/shell_quoted.hpp>
#include <qcs/core/text/terminal_text.hpp>
#include <qcs/core/text/text_lines.hpp>
#include <qcs/core/text/utf8.hpp>
#include <qcs/core/torch.hpp>
#include <qcs/core/value_range.hpp>
#include <qcs/core/version.hpp>
