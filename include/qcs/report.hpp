// SPDX-License-Identifier: MIT
#pragma once

// Every header of qcs/report.

#include <qcs/report/compare/compare.hpp>
#include <qcs/report/compare/compare_picture.hpp>
#include <qcs/report/compare/comparison.hpp>
#include <qcs/report/console/console.hpp>
#include <qcs/report/console/count_progress.hpp>
#include <qcs/report/console/progress.hpp>
#include <qcs/report/draw/canvas.hpp>
#include <qcs/report/draw/confusion_picture.hpp>
#include <qcs/report/draw/contact_sheet.hpp>
#include <qcs/report/draw/gate_curve.hpp>
#include <qcs/report/draw/heat_map.hpp>
#include <qcs/report/draw/loss_curve.hpp>
#include <qcs/report/draw/plot.hpp>
#include <qcs/report/draw/series.hpp>
#include <qcs/report/files/evaluation_json.hpp>
#include <qcs/report/files/file.hpp>
#include <qcs/report/files/log_file.hpp>
#include <qcs/report/files/metrics_csv.hpp>
#include <qcs/report/files/metrics_jsonl.hpp>
#include <qcs/report/files/prediction_csv.hpp>
#include <qcs/report/files/run_files.hpp>
#include <qcs/report/files/run_json.hpp>
#include <qcs/report/files/step_csv.hpp>
#include <qcs/report/files/tensorboard.hpp>
#include <qcs/report/files/timing_json.hpp>
#include <qcs/report/history/run_history.hpp>
#include <qcs/report/history/run_result.hpp>
#include <qcs/report/pace.hpp>
#include <qcs/report/page/page_picture.hpp>
#include <qcs/report/page/page_template.hpp>
#include <qcs/report/page/report_file.hpp>
#include <qcs/report/page/report_images.hpp>
#include <qcs/report/page/report_page.hpp>
#include <qcs/report/table.hpp>
