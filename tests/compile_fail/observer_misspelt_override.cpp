// expect: on_epochs.*marked .*override.* but does not override
// SPDX-License-Identifier: MIT
#include <qcs/train/observer_base.hpp>

struct Custom : qcs::Observer {
#ifdef QCS_TWIN
  void on_epoch(const qcs::EpochEvent&) override {}
#else
  void on_epochs(const qcs::EpochEvent&) override {}
#endif
};
